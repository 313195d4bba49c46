#include "pool.h"

#include <algorithm>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pool.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A whole window's maximum; its rows and columns are what is there of it.
HWY_INLINE void Window(const float* HWY_RESTRICT in, size_t row, size_t pixel, int columns, int rows, size_t channels,
                       float* HWY_RESTRICT out) {
  const hn::ScalableTag<float> d;
  for (size_t c = 0; c < channels; c += hn::Lanes(d)) {
    auto most = hn::Load(d, in + c);
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) {
        most = hn::Max(most, hn::Load(d, in + static_cast<size_t>(y) * row + static_cast<size_t>(x) * pixel + c));
      }
    }
    hn::Store(most, d, out + c);
  }
}

template <int kKernel>
void Pool(const MapIn& in, int width, int height, int channels, const MapOut& out) {
  const auto depth = static_cast<size_t>(channels);
  for (int y = 0; y < Pooled(height, kKernel); ++y) {
    const float* from = in.data + static_cast<size_t>(2 * y) * in.row;
    float* to = out.data + static_cast<size_t>(y) * out.row;
    const int rows = std::min(kKernel, height - 2 * y);
    for (int x = 0; x < Pooled(width, kKernel); ++x, from += 2 * in.pixel, to += out.pixel) {
      const int columns = std::min(kKernel, width - 2 * x);
      if (columns == kKernel && rows == kKernel) {
        Window(from, in.row, in.pixel, kKernel, kKernel, depth, to);
      } else {
        Window(from, in.row, in.pixel, columns, rows, depth, to);
      }
    }
  }
}

void MaxPool(const MapIn& in, int width, int height, int channels, int kernel, const MapOut& out) {
  if (kernel == 2) {
    Pool<2>(in, width, height, channels, out);
  } else {
    Pool<3>(in, width, height, channels, out);
  }
}

template <typename Adjust>
HWY_INLINE size_t ConvertVectors(const unsigned char* HWY_RESTRICT from, size_t count, float* HWY_RESTRICT to,
                                 Adjust adjust) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> wide;
  const hn::Rebind<uint8_t, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(adjust(hn::ConvertTo(d, hn::PromoteTo(wide, hn::LoadU(narrow, from + i)))), d, to + i);
  }
  return i;
}

void Normalize(const unsigned char* HWY_RESTRICT from, size_t count, float* HWY_RESTRICT to) {
  const hn::ScalableTag<float> d;
  size_t i = ConvertVectors(from, count, to, [&](auto values) {
    return hn::Mul(hn::Sub(values, hn::Set(d, 127.5F)), hn::Set(d, 0.0078125F));
  });
  for (; i < count; ++i) to[i] = (static_cast<float>(from[i]) - 127.5F) * 0.0078125F;
}

void Widen(const unsigned char* HWY_RESTRICT from, size_t count, float* HWY_RESTRICT to) {
  size_t i = ConvertVectors(from, count, to, [](auto values) { return values; });
  for (; i < count; ++i) to[i] = static_cast<float>(from[i]);
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(MaxPool);
HWY_EXPORT(Normalize);
HWY_EXPORT(Widen);

void MaxPool(const MapIn& in, int width, int height, int channels, int kernel, const MapOut& out) {
  HWY_DYNAMIC_DISPATCH(MaxPool)(in, width, height, channels, kernel, out);
}

void Normalize(const unsigned char* from, size_t count, float* to) { HWY_DYNAMIC_DISPATCH(Normalize)(from, count, to); }

void Widen(const unsigned char* from, size_t count, float* to) { HWY_DYNAMIC_DISPATCH(Widen)(from, count, to); }

}  // namespace faces::kernels
#endif
