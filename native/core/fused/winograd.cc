// Interpolation at 0, 1, -1, 2 and infinity, in both directions: 5x5 inputs become 25 points, each point is a layer of
// kernel 1 over all tiles (which Convolve runs at full speed), and 25 sums become 3x3 outputs.
#include "winograd.h"

#include <algorithm>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fused/winograd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::fused::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kIn = 5;   // side of a tile's input, and the number of points
constexpr size_t kOut = 3;  // and of its output

// Five numbers a step apart become their values at the five points.
HWY_INLINE void ToPoints(const float* from, size_t step, float* to, size_t to_step) {
  const D d;
  const V two = hn::Set(d, 2.0F);
  const V x0 = hn::Load(d, from);
  const V x1 = hn::Load(d, from + step);
  const V x2 = hn::Load(d, from + 2 * step);
  const V x3 = hn::Load(d, from + 3 * step);
  const V x4 = hn::Load(d, from + 4 * step);
  const V odd = hn::Sub(x3, x1);
  hn::Store(hn::MulAdd(two, hn::Sub(x0, x2), odd), d, to);
  hn::Store(hn::Sub(hn::NegMulAdd(two, x1, x3), x2), d, to + to_step);
  hn::Store(hn::NegMulAdd(hn::Set(d, 3.0F), x2, hn::MulAdd(two, x1, x3)), d, to + 2 * to_step);
  hn::Store(odd, d, to + 3 * to_step);
  hn::Store(hn::NegMulAdd(two, odd, hn::Sub(x4, x2)), d, to + 4 * to_step);
}

struct Three {
  V a, b, c;
};

// Values at the five points become the three outputs.
HWY_INLINE Three FromPoints(const float* from, size_t step) {
  const D d;
  const V at0 = hn::Load(d, from);
  const V at1 = hn::Load(d, from + step);
  const V at_minus1 = hn::Load(d, from + 2 * step);
  const V at2 = hn::Load(d, from + 3 * step);
  const V at_infinity = hn::Load(d, from + 4 * step);
  const V even = hn::Add(at1, at_minus1);
  return {hn::Add(hn::Add(at0, even), at2), hn::MulAdd(hn::Set(d, 2.0F), at2, hn::Sub(at1, at_minus1)),
          hn::MulAdd(hn::Set(d, 4.0F), at2, hn::Add(even, at_infinity))};
}

// `points`: 25 planes, `plane` apart, of a pixel for each tile.
void Scatter(const MapIn& in, int columns, int rows, float* points, size_t plane) {
  alignas(64) float half[kIn * kIn * kLanes];
  float* to = points;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column, to += in.pixel) {
      const float* from = in.data + kOut * (static_cast<size_t>(row) * in.row + static_cast<size_t>(column) * in.pixel);
      for (size_t c = 0; c < in.pixel; c += kLanes) {
        for (size_t x = 0; x < kIn; ++x) ToPoints(from + x * in.pixel + c, in.row, half + x * kLanes, kIn * kLanes);
        for (size_t y = 0; y < kIn; ++y) ToPoints(half + y * kIn * kLanes, kLanes, to + y * kIn * plane + c, plane);
      }
    }
  }
}

HWY_INLINE void Finish(V sum, const float* bias, const float* slope, float* out) {
  const D d;
  const V value = hn::Add(sum, hn::Load(d, bias));
  hn::Store(hn::IfThenElse(hn::Lt(value, hn::Zero(d)), hn::Mul(value, hn::Load(d, slope)), value), d, out);
}

void Gather(const float* points, size_t plane, size_t depth, int columns, int rows, const float* bias,
            const float* slopes, const MapOut& out) {
  alignas(64) float half[kOut * kIn * kLanes];
  const D d;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column, points += depth) {
      float* to = out.data + kOut * (static_cast<size_t>(row) * out.row + static_cast<size_t>(column) * out.pixel);
      for (size_t c = 0; c < depth; c += kLanes) {
        for (size_t x = 0; x < kIn; ++x) {
          const Three sums = FromPoints(points + x * plane + c, kIn * plane);
          hn::Store(sums.a, d, half + x * kLanes);
          hn::Store(sums.b, d, half + (kIn + x) * kLanes);
          hn::Store(sums.c, d, half + (2 * kIn + x) * kLanes);
        }
        for (size_t y = 0; y < kOut; ++y) {
          const Three sums = FromPoints(half + y * kIn * kLanes, kLanes);
          float* at = to + y * out.row + c;
          Finish(sums.a, bias + c, slopes + c, at);
          Finish(sums.b, bias + c, slopes + c, at + out.pixel);
          Finish(sums.c, bias + c, slopes + c, at + 2 * out.pixel);
        }
      }
    }
  }
}

}  // namespace
}  // namespace faces::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::fused {
namespace {

constexpr size_t kPoints = 25;

// A kernel's three numbers at the five points, with the interpolation's divisors.
constexpr double kKernel[5][3] = {{1.0 / 2, 0, 0},
                                  {-1.0 / 2, -1.0 / 2, -1.0 / 2},
                                  {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                  {1.0 / 6, 2.0 / 6, 4.0 / 6},
                                  {0, 0, 1}};

// The weights of one point: a layer of kernel 1. Published weights have columns before rows.
LayerNumbers PointNumbers(const LayerNumbers& numbers, size_t y, size_t x) {
  const size_t count = static_cast<size_t>(numbers.outputs) * static_cast<size_t>(numbers.inputs);
  LayerNumbers point{numbers.outputs, numbers.inputs, 1, std::vector<float>(count), {}, {}};
  for (size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (size_t kx = 0; kx < 3; ++kx) {
      for (size_t ky = 0; ky < 3; ++ky) {
        sum += kKernel[x][kx] * kKernel[y][ky] * static_cast<double>(numbers.weights[i * 9 + kx * 3 + ky]);
      }
    }
    point.weights[i] = static_cast<float>(sum);
  }
  return point;
}

}  // namespace

Winograd::Winograd(const LayerNumbers& numbers) {
  for (size_t i = 0; i < kPoints; ++i) points_.emplace_back(PointNumbers(numbers, i / 5, i % 5));
  const auto depth = static_cast<size_t>(points_[0].padded_outputs());
  std::fill_n(bias_.Take(depth), depth, 0.0F);
  std::fill_n(slopes_.Take(depth), depth, 1.0F);
  std::copy(numbers.bias.begin(), numbers.bias.end(), bias_.data());
  std::copy(numbers.slopes.begin(), numbers.slopes.end(), slopes_.data());
}

HWY_EXPORT(Scatter);
HWY_EXPORT(Gather);

void Winograd::Convolve(const MapIn& in, int columns, int rows, const MapOut& out) {
  const int tiles = columns * rows;
  const auto depth = static_cast<size_t>(points_[0].padded_outputs());
  const size_t in_plane = static_cast<size_t>(tiles) * in.pixel;
  const size_t out_plane = static_cast<size_t>(tiles) * depth;
  float* inputs = inputs_.Take(kPoints * in_plane);
  float* products = products_.Take(kPoints * out_plane);
  HWY_DYNAMIC_DISPATCH(Scatter)(in, columns, rows, inputs, in_plane);
  for (size_t i = 0; i < kPoints; ++i) {
    fused::Convolve(points_[i], {inputs + i * in_plane, 0, in.pixel}, tiles, 1, {products + i * out_plane, 0, depth});
  }
  HWY_DYNAMIC_DISPATCH(Gather)(products, out_plane, depth, columns, rows, bias_.data(), slopes_.data(), out);
}

}  // namespace faces::fused
#endif
