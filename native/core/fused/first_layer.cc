// A block is G outputs of a vector of maxima: 4 x G accumulators. A step takes one column of the kernel for one colour:
// 4 loads of pixels, G broadcasts of weights, 4 x G multiply-adds. G is 5 where there are 32 registers, else 2.
#include "first_layer.h"

#include <algorithm>
#include <utility>

#include "pool.h"
#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fused/first_layer.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::fused::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kColours = 3;
constexpr size_t kTaps = 3 * 3 * kColours;
constexpr size_t kGroup = FirstLayer::kGroup;

#if HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64
constexpr size_t kOutputs = 5;
#else
constexpr size_t kOutputs = 2;
#endif

#if HWY_TARGET == HWY_SCALAR
size_t SplitVectors(const uint8_t*, size_t, float*, size_t) { return 0; }
#else
size_t SplitVectors(const uint8_t* HWY_RESTRICT pixels, size_t count, float* HWY_RESTRICT row, size_t half) {
  size_t i = 0;
  const D d;
  const hn::Rebind<int32_t, D> wide;
  const hn::Rebind<uint16_t, D> pairs;
  const hn::Repartition<uint8_t, decltype(pairs)> bytes;
  const auto adjust = [&](auto values) {
    return hn::Mul(hn::Sub(hn::ConvertTo(d, hn::PromoteTo(wide, values)), hn::Set(d, 127.5F)), hn::Set(d, 0.0078125F));
  };
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    hn::Vec<decltype(bytes)> colours[kColours];
    hn::LoadInterleaved3(bytes, pixels + i * kColours, colours[0], colours[1], colours[2]);
    float* to = row + i / 2;
    for (const auto& colour : colours) {
      const auto both = hn::BitCast(pairs, colour);
      hn::StoreU(adjust(hn::And(both, hn::Set(pairs, uint16_t{255}))), d, to);
      hn::StoreU(adjust(hn::ShiftRight<8>(both)), d, to + half);
      to += 2 * half;
    }
  }
  return i;
}
#endif

void SplitPixels(const uint8_t* HWY_RESTRICT pixels, size_t count, float* HWY_RESTRICT row, size_t half) {
  for (size_t i = SplitVectors(pixels, count, row, half); i < count; ++i) {
    for (size_t c = 0; c < kColours; ++c) {
      row[(2 * c + i % 2) * half + i / 2] = (static_cast<float>(pixels[i * kColours + c]) - 127.5F) * 0.0078125F;
    }
  }
}

// One column of the kernel for one colour. `upper` and `lower`: pixels of the two rows of the maximum.
template <size_t kColumn, size_t... kIndex>
HWY_INLINE void Step(const float* HWY_RESTRICT upper, const float* HWY_RESTRICT lower, size_t half,
                     const float* HWY_RESTRICT weights, V* sums, std::index_sequence<kIndex...>) {
  const D d;
  const size_t first = kColumn % 2 * half + kColumn / 2;
  const size_t second = (kColumn + 1) % 2 * half + (kColumn + 1) / 2;
  const V in[] = {hn::LoadU(d, upper + first), hn::LoadU(d, upper + second), hn::LoadU(d, lower + first),
                  hn::LoadU(d, lower + second)};
  ((sums[kIndex] = hn::MulAdd(hn::Set(d, weights[kIndex / 4]), in[kIndex % 4], sums[kIndex])), ...);
}

// `is_pair`: lanes whose maximum has two columns.
HWY_INLINE V Most(const V* sums, V slope, hn::Mask<D> is_pair) {
  const V zero = hn::Zero(D());
  const auto prelu = [&](V sum) { return hn::IfThenElse(hn::Lt(sum, zero), hn::Mul(sum, slope), sum); };
  const V first = hn::Max(prelu(sums[0]), prelu(sums[2]));
  const V second = hn::Max(prelu(sums[1]), prelu(sums[3]));
  return hn::Max(first, hn::IfThenElse(is_pair, second, first));
}

template <size_t... kIndex, size_t... kOutput>
HWY_INLINE void Block(const float* HWY_RESTRICT upper, const float* HWY_RESTRICT lower, size_t half,
                      const float* HWY_RESTRICT weights, const float* HWY_RESTRICT bias,
                      const float* HWY_RESTRICT slopes, hn::Mask<D> is_pair, float* HWY_RESTRICT out, size_t plane,
                      std::index_sequence<kIndex...> indices, std::index_sequence<kOutput...>) {
  const D d;
  V sums[] = {hn::Set(d, bias[kIndex / 4])...};
  for (size_t i = 0; i < kTaps; i += 3) {  // row by row, colour by colour, which is how they lie
    Step<0>(upper, lower, half, weights, sums, indices);
    Step<1>(upper, lower, half, weights + kGroup, sums, indices);
    Step<2>(upper, lower, half, weights + 2 * kGroup, sums, indices);
    upper += 2 * half;
    lower += 2 * half;
    weights += 3 * kGroup;
  }
  (hn::StoreU(Most(sums + 4 * kOutput, hn::Set(d, slopes[kOutput]), is_pair), d, out + kOutput * plane), ...);
}

HWY_NOINLINE void Outputs(const float* upper, const float* lower, size_t half, size_t columns, size_t pairs,
                          const float* weights, const float* bias, const float* slopes, float* out, size_t plane) {
  for (size_t x = 0; x < columns; x += kLanes) {
    const auto is_pair = hn::FirstN(D(), pairs > x ? std::min(pairs - x, kLanes) : 0);
    Block(upper + x, lower + x, half, weights, bias, slopes, is_pair, out + x, plane,
          std::make_index_sequence<4 * kOutputs>(), std::make_index_sequence<kOutputs>());
  }
}

// `pairs`: maxima, from the first on, that have two columns.
void RunFirst(const float* upper, const float* lower, size_t half, size_t columns, size_t pairs, const float* weights,
              const float* bias, const float* slopes, size_t outputs, float* out, size_t plane) {
  for (size_t i = 0; i < outputs; i += kOutputs) {
    Outputs(upper, lower, half, columns, pairs, weights + i / kGroup * (kGroup * kTaps) + i % kGroup, bias + i,
            slopes + i, out + i * plane, plane);
  }
}

}  // namespace
}  // namespace faces::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::fused {
namespace {

size_t Half(int width) { return (static_cast<size_t>(width) / 2 + 31) / 16 * 16; }

}  // namespace

FirstLayer::FirstLayer(const LayerNumbers& numbers) : outputs_((numbers.outputs + kGroup - 1) / kGroup * kGroup) {
  const auto outputs = static_cast<size_t>(outputs_);
  constexpr size_t kTaps = 27;
  std::fill_n(weights_.Take(outputs * kTaps), outputs * kTaps, 0.0F);
  bias_ = numbers.bias;
  bias_.resize(outputs, 0.0F);
  slopes_ = numbers.slopes;
  slopes_.resize(outputs, 1.0F);
  const float* from = numbers.weights.data();
  for (size_t out = 0; out < numbers.bias.size(); ++out) {
    for (size_t colour = 0; colour < 3; ++colour) {
      for (size_t x = 0; x < 3; ++x) {
        for (size_t y = 0; y < 3; ++y) {
          weights_.data()[(out / kGroup * kTaps + (y * 3 + colour) * 3 + x) * kGroup + out % kGroup] = *from++;
        }
      }
    }
  }
}

// Whole vectors of any length, and one more column, which the last window's third and fourth lie in.
size_t FirstLayer::SplitRow(int width) { return 6 * Half(width); }
size_t FirstLayer::Plane(int width) { return Half(width); }

HWY_EXPORT(SplitPixels);
HWY_EXPORT(RunFirst);

void FirstLayer::Split(const uint8_t* pixels, int width, float* row) {
  HWY_DYNAMIC_DISPATCH(SplitPixels)(pixels, static_cast<size_t>(width), row, Half(width));
}

void FirstLayer::Run(const float* split, int width, int rows, float* out) const {
  const size_t half = Half(width);
  const auto columns = static_cast<size_t>(Pooled(width - 2, 2));
  HWY_DYNAMIC_DISPATCH(RunFirst)
  (split, rows < 4 ? split : split + 6 * half, half, columns, static_cast<size_t>(width / 2 - 1), weights_.data(),
   bias_.data(), slopes_.data(), static_cast<size_t>(outputs_), out, half);
  // The last vector's other lanes saw what lay beyond the picture.
  for (size_t i = 0; i < static_cast<size_t>(outputs_); ++i)
    std::fill_n(out + i * half + columns, half - columns, 0.0F);
}

}  // namespace faces::fused
#endif
