// The two rows of a maximum by Winograd's F(2, 3): four rows of pixels become as many points, whose sums make both rows
// with two thirds of the products. A block is five outputs of a vector of maxima, at even and odd columns: ten
// accumulators. A step takes one colour at one point: 4 loads of pixels, 15 broadcasts of weights, 30 multiply-adds.
#include "first_layer.h"

#include <algorithm>
#include <utility>

#include "pool.h"
#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/first_layer.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kColours = 3;
constexpr size_t kGroup = FirstLayer::kGroup;
constexpr size_t kPoints = FirstLayer::kPoints;
constexpr size_t kPointWeights = kColours * 3 * kGroup;

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

// Rows of `count` numbers, `split` one after another, as `points` in the order in which Block adds them up.
void ToPoints(const float* HWY_RESTRICT split, size_t count, bool has_fourth, float* HWY_RESTRICT points) {
  const D d;
  for (size_t i = 0; i < count; i += kLanes) {
    const V x0 = hn::LoadU(d, split + i);
    const V x1 = hn::LoadU(d, split + count + i);
    const V x2 = hn::LoadU(d, split + 2 * count + i);
    hn::Store(hn::Add(x1, x2), d, points + i);
    hn::Store(hn::Sub(x2, x1), d, points + count + i);
    hn::Store(hn::Sub(x0, x2), d, points + 2 * count + i);
    if (has_fourth) hn::Store(hn::Sub(hn::LoadU(d, split + 3 * count + i), x1), d, points + 3 * count + i);
  }
}

// `sums`: of each output at even, then odd columns.
template <size_t... kIndex>
HWY_INLINE void AddPoint(const float* HWY_RESTRICT from, size_t half, const float* HWY_RESTRICT weights, V* sums,
                         std::index_sequence<kIndex...>) {
  const D d;
  for (size_t colour = 0; colour < kColours; ++colour, from += 2 * half, weights += 3 * kGroup) {
    const V in[] = {hn::LoadU(d, from), hn::LoadU(d, from + half), hn::LoadU(d, from + 1),
                    hn::LoadU(d, from + half + 1)};
    ((sums[kIndex] = hn::MulAdd(hn::Set(d, weights[kIndex / 2]), in[kIndex % 2], sums[kIndex])), ...);
    ((sums[kIndex] = hn::MulAdd(hn::Set(d, weights[kGroup + kIndex / 2]), in[1 + kIndex % 2], sums[kIndex])), ...);
    ((sums[kIndex] = hn::MulAdd(hn::Set(d, weights[2 * kGroup + kIndex / 2]), in[2 + kIndex % 2], sums[kIndex])), ...);
  }
}

// `is_pair`: lanes whose maximum has two columns.
HWY_INLINE V Most(const V* sums, float slope, hn::Mask<D> is_pair) {
  const V zero = hn::Zero(D());
  const auto prelu = [&](V sum) { return hn::IfThenElse(hn::Lt(sum, zero), hn::Mul(sum, hn::Set(D(), slope)), sum); };
  const V first = prelu(sums[0]);
  return hn::Max(first, hn::IfThenElse(is_pair, prelu(sums[1]), first));
}

// `points`: `point` floats from one to the next.
template <size_t... kIndex, size_t... kOutput>
HWY_INLINE void Block(const float* HWY_RESTRICT points, size_t point, size_t half, bool has_lower,
                      const float* HWY_RESTRICT weights, const float* HWY_RESTRICT bias,
                      const float* HWY_RESTRICT slopes, hn::Mask<D> is_pair, float* HWY_RESTRICT out, size_t plane,
                      std::index_sequence<kIndex...> indices, std::index_sequence<kOutput...>) {
  const D d;
  alignas(64) float kept[sizeof...(kIndex) * kLanes];
  V sums[] = {hn::Set(d, bias[kIndex / 2])...};
  AddPoint(points, half, weights, sums, indices);
  (hn::Store(sums[kIndex], d, kept + kIndex * kLanes), ...);
  ((sums[kIndex] = hn::Zero(d)), ...);
  AddPoint(points + point, half, weights + kPointWeights, sums, indices);
  const auto add_keep_difference = [&](V& sum, float* at) {
    const V before = hn::Load(d, at);
    hn::Store(hn::Sub(before, sum), d, at);
    sum = hn::Add(before, sum);
  };
  (add_keep_difference(sums[kIndex], kept + kIndex * kLanes), ...);
  AddPoint(points + 2 * point, half, weights + 2 * kPointWeights, sums, indices);
  (hn::StoreU(Most(sums + 2 * kOutput, slopes[kOutput], is_pair), d, out + kOutput * plane), ...);
  if (!has_lower) return;
  ((sums[kIndex] = hn::Load(d, kept + kIndex * kLanes)), ...);
  AddPoint(points + 3 * point, half, weights + 3 * kPointWeights, sums, indices);
  (hn::StoreU(hn::Max(hn::LoadU(d, out + kOutput * plane), Most(sums + 2 * kOutput, slopes[kOutput], is_pair)), d,
              out + kOutput * plane),
   ...);
}

// `pairs`: maxima, from the first on, that have two columns.
void RunFirst(const float* points, size_t half, bool has_lower, size_t columns, size_t pairs, const float* weights,
              const float* bias, const float* slopes, size_t outputs, float* out, size_t plane) {
  for (size_t i = 0; i < outputs; i += kGroup) {
    for (size_t x = 0; x < columns; x += kLanes) {
      const auto is_pair = hn::FirstN(D(), pairs > x ? std::min(pairs - x, kLanes) : 0);
      Block(points + x, 2 * kColours * half, half, has_lower, weights + i * kPoints * kColours * 3, bias + i,
            slopes + i, is_pair, out + i * plane + x, plane, std::make_index_sequence<2 * kGroup>(),
            std::make_index_sequence<kGroup>());
    }
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {
namespace {

size_t Half(int width) { return (static_cast<size_t>(width) / 2 + 31) / 16 * 16; }

}  // namespace

FirstLayer::FirstLayer(const LayerParams& numbers) : outputs_((numbers.outputs + kGroup - 1) / kGroup * kGroup) {
  const auto outputs = static_cast<size_t>(outputs_);
  constexpr size_t kPoint = size_t{3} * 3;  // colours, columns
  std::fill_n(weights_.Take(outputs * kPoints * kPoint), outputs * kPoints * kPoint, 0.0F);
  bias_ = numbers.bias;
  bias_.resize(outputs, 0.0F);
  slopes_ = numbers.slopes;
  slopes_.resize(outputs, 1.0F);
  const float* from = numbers.weights.data();
  for (size_t out = 0; out < numbers.bias.size(); ++out) {
    for (size_t i = 0; i < kPoint; ++i, from += 3) {
      const float points[kPoints] = {(from[0] + from[1] + from[2]) / 2, (from[0] - from[1] + from[2]) / 2, from[0],
                                     from[2]};
      for (size_t point = 0; point < kPoints; ++point) {
        weights_.data()[((out / kGroup * kPoints + point) * kPoint + i) * kGroup + out % kGroup] = points[point];
      }
    }
  }
}

// Whole vectors of any length, and one more column, which the last window's third and fourth lie in.
size_t FirstLayer::SplitRow(int width) { return 6 * Half(width); }
size_t FirstLayer::Plane(int width) { return Half(width); }

HWY_EXPORT(SplitPixels);
HWY_EXPORT(ToPoints);
HWY_EXPORT(RunFirst);

void FirstLayer::Split(const uint8_t* pixels, int width, float* row) {
  HWY_DYNAMIC_DISPATCH(SplitPixels)(pixels, static_cast<size_t>(width), row, Half(width));
}

void FirstLayer::Run(const float* split, int width, int rows, float* out) {
  const size_t half = Half(width);
  const auto columns = static_cast<size_t>(Pooled(width - 2, 2));
  const bool has_lower = rows > 3;
  float* points = points_.Take(kPoints * SplitRow(width));
  HWY_DYNAMIC_DISPATCH(ToPoints)(split, SplitRow(width), has_lower, points);
  HWY_DYNAMIC_DISPATCH(RunFirst)
  (points, half, has_lower, columns, static_cast<size_t>(width / 2 - 1), weights_.data(), bias_.data(), slopes_.data(),
   static_cast<size_t>(outputs_), out, half);
  // The last vector's other lanes saw what lay beyond the picture.
  for (size_t i = 0; i < static_cast<size_t>(outputs_); ++i)
    std::fill_n(out + i * half + columns, half - columns, 0.0F);
}

}  // namespace faces::kernels
#endif
