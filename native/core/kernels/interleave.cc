#include "interleave.h"

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/interleave.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
void Interleave(const float* HWY_RESTRICT planes, size_t plane, size_t channels, size_t width,
                float* HWY_RESTRICT pixels, size_t pixel) {
  for (size_t i = 0; i < width * pixel; ++i) {
    pixels[i] = i % pixel < channels ? planes[i % pixel * plane + i / pixel] : 0.0F;
  }
}
#else
// Four channels of four pixels at a time, whatever the vector's length.
void Interleave(const float* HWY_RESTRICT planes, size_t plane, size_t channels, size_t width,
                float* HWY_RESTRICT pixels, size_t pixel) {
  const hn::FixedTag<float, 4> d;
  for (size_t c = 0; c < pixel; c += 4) {
    for (size_t x = 0; x < width; x += 4) {
      const auto load = [&](size_t i) { return i < channels ? hn::Load(d, planes + i * plane + x) : hn::Zero(d); };
      const auto first = load(c);
      const auto second = load(c + 1);
      const auto third = load(c + 2);
      const auto fourth = load(c + 3);
      const auto lower13 = hn::InterleaveLower(d, first, third);
      const auto lower24 = hn::InterleaveLower(d, second, fourth);
      const auto upper13 = hn::InterleaveUpper(d, first, third);
      const auto upper24 = hn::InterleaveUpper(d, second, fourth);
      float* to = pixels + x * pixel + c;
      hn::Store(hn::InterleaveLower(d, lower13, lower24), d, to);
      hn::Store(hn::InterleaveUpper(d, lower13, lower24), d, to + pixel);
      hn::Store(hn::InterleaveLower(d, upper13, upper24), d, to + 2 * pixel);
      hn::Store(hn::InterleaveUpper(d, upper13, upper24), d, to + 3 * pixel);
    }
  }
}
#endif

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(Interleave);

void Interleave(const float* planes, size_t plane, size_t channels, size_t width, float* pixels, size_t pixel) {
  HWY_DYNAMIC_DISPATCH(Interleave)(planes, plane, channels, width, pixels, pixel);
}

}  // namespace faces::kernels
#endif
