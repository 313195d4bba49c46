// Interpolation in both directions: a tile of side^2 inputs becomes as many points, each point is a layer of kernel 1
// over all tiles (which Multiply runs at full speed), and the points' sums become the tile's outputs.
#include "winograd.h"

#include <algorithm>
#include <array>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/winograd.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// One map's tiles. `points`: planes, `plane` apart, of a pixel for each tile.
template <typename Scheme>
void ScatterTiles(const MapIn& in, int columns, int rows, float* points, size_t plane) {
  constexpr size_t kIn = Scheme::kIn;
  alignas(64) float half[kIn * kIn * kLanes];
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column, points += in.pixel) {
      const float* from =
          in.data + Scheme::kOut * (static_cast<size_t>(row) * in.row + static_cast<size_t>(column) * in.pixel);
      for (size_t c = 0; c < in.pixel; c += kLanes) {
        for (size_t x = 0; x < kIn; ++x) {
          Scheme::ToPoints(from + x * in.pixel + c, in.row, half + x * kLanes, kIn * kLanes);
        }
        for (size_t y = 0; y < kIn; ++y) {
          Scheme::ToPoints(half + y * kIn * kLanes, kLanes, points + y * kIn * plane + c, plane);
        }
      }
    }
  }
}

template <typename Scheme>
void GatherTiles(const float* points, size_t plane, size_t depth, int columns, int rows, const float* bias,
                 const float* slopes, const MapOut& out) {
  constexpr size_t kIn = Scheme::kIn;
  constexpr size_t kOut = Scheme::kOut;
  alignas(64) float half[kOut * kIn * kLanes];
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column, points += depth) {
      float* to = out.data + kOut * (static_cast<size_t>(row) * out.row + static_cast<size_t>(column) * out.pixel);
      for (size_t c = 0; c < depth; c += kLanes) {
        for (size_t x = 0; x < kIn; ++x) {
          Scheme::FromPoints(points + x * plane + c, kIn * plane,
                             [&](size_t y, V sum) { Store(sum, half + (y * kIn + x) * kLanes); });
        }
        const V shift = Load(bias + c);
        const V slope = Load(slopes + c);
        for (size_t y = 0; y < kOut; ++y) {
          Scheme::FromPoints(half + y * kIn * kLanes, kLanes, [&](size_t x, V sum) {
            Store(Activate(sum, shift, slope), to + y * out.row + x * out.pixel + c);
          });
        }
      }
    }
  }
}

// `side`: of a tile's input, which tells the schemes apart.
void Scatter(size_t side, const MapIn& in, int columns, int rows, float* points, size_t plane) {
  const auto scatter = side == 4   ? &ScatterTiles<Kernel2Tile3>
                       : side == 5 ? &ScatterTiles<Kernel3Tile3>
                                   : &ScatterTiles<Kernel3Tile4>;
  scatter(in, columns, rows, points, plane);
}

void Gather(size_t side, const float* points, size_t plane, size_t depth, int columns, int rows, const float* bias,
            const float* slopes, const MapOut& out) {
  const auto gather = side == 4   ? &GatherTiles<Kernel2Tile3>
                      : side == 5 ? &GatherTiles<Kernel3Tile3>
                                  : &GatherTiles<Kernel3Tile4>;
  gather(points, plane, depth, columns, rows, bias, slopes, out);
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {
namespace {

// The weights of one point: a layer of kernel 1. Published weights have columns before rows.
LayerParams PointNumbers(const LayerParams& numbers, const std::array<double, 3>& at_y,
                         const std::array<double, 3>& at_x) {
  const size_t count = static_cast<size_t>(numbers.outputs) * static_cast<size_t>(numbers.inputs);
  const auto kernel = static_cast<size_t>(numbers.kernel);
  LayerParams point{numbers.outputs, numbers.inputs, 1, std::vector<float>(count), {}, {}};
  for (size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (size_t kx = 0; kx < kernel; ++kx) {
      for (size_t ky = 0; ky < kernel; ++ky) {
        sum += at_x[kx] * at_y[ky] * static_cast<double>(numbers.weights[(i * kernel + kx) * kernel + ky]);
      }
    }
    point.weights[i] = static_cast<float>(sum);
  }
  return point;
}

}  // namespace

KernelPoints PointsOf(int side) {
  if (side == 4) return {{1, 0, 0}, {1.0 / 2, 1.0 / 2, 0}, {1.0 / 2, -1.0 / 2, 0}, {0, 1, 0}};
  if (side == 5) {
    return {{1.0 / 2, 0, 0},
            {-1.0 / 2, -1.0 / 2, -1.0 / 2},
            {-1.0 / 6, 1.0 / 6, -1.0 / 6},
            {1.0 / 6, 2.0 / 6, 4.0 / 6},
            {0, 0, 1}};
  }
  return {{1.0 / 4, 0, 0},
          {-1.0 / 6, -1.0 / 6, -1.0 / 6},
          {-1.0 / 6, 1.0 / 6, -1.0 / 6},
          {1.0 / 24, 2.0 / 24, 4.0 / 24},
          {1.0 / 24, -2.0 / 24, 4.0 / 24},
          {0, 0, 1}};
}

Winograd::Winograd(const LayerParams& numbers, int tile) : tile_(tile), side_(tile + numbers.kernel - 1) {
  const KernelPoints points = PointsOf(side_);
  for (const auto& y : points) {
    for (const auto& x : points) points_.emplace_back(PointNumbers(numbers, y, x));
  }
  bias_ = Padded(numbers.bias, padded_outputs(), 0.0F);
  slopes_ = Padded(numbers.slopes, padded_outputs(), 1.0F);
}

HWY_EXPORT(Scatter);
HWY_EXPORT(Gather);

void Winograd::Convolve(const MapIn& in, const Tiles& tiles, const MapOut& out) {
  const auto side = static_cast<size_t>(side_);
  const auto depth = static_cast<size_t>(padded_outputs());
  const size_t map_tiles = tiles.count() / static_cast<size_t>(tiles.maps);
  const size_t in_plane = tiles.count() * in.pixel;
  const size_t out_plane = tiles.count() * depth;
  float* inputs = inputs_.Take(points_.size() * in_plane);
  float* products = products_.Take(points_.size() * out_plane);
  for (size_t map = 0; map < static_cast<size_t>(tiles.maps); ++map) {
    HWY_DYNAMIC_DISPATCH(Scatter)
    (side, {in.data + map * tiles.in_map, in.row, in.pixel}, tiles.columns, tiles.rows,
     inputs + map * map_tiles * in.pixel, in_plane);
  }
  for (size_t i = 0; i < points_.size(); ++i) {
    Multiply(points_[i], {inputs + i * in_plane, 0, in.pixel}, static_cast<int>(tiles.count()), 1,
             {products + i * out_plane, 0, depth});
  }
  for (size_t map = 0; map < static_cast<size_t>(tiles.maps); ++map) {
    HWY_DYNAMIC_DISPATCH(Gather)
    (side, products + map * map_tiles * depth, out_plane, depth, tiles.columns, tiles.rows, bias_.data(),
     slopes_.data(), {out.data + map * tiles.out_map, out.row, out.pixel});
  }
}

}  // namespace faces::kernels
#endif
