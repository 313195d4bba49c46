// The crop is laid out by column, row, colour. So a column is one run of numbers that become points together, and the
// nine numbers that a point of an output needs, three rows of three colours, lie side by side wherever they start.
#include "crop_layer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "conv.h"
#include "targets.h"
#include "winograd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/crop_layer.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "winograd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

// `length` numbers of each column, from four columns to the next, become a tile of each of six planes.
void ColumnsToPoints(const float* columns, size_t column, size_t length, size_t tiles, float* points, size_t tile) {
  for (size_t t = 0; t < tiles; ++t) {
    for (size_t i = 0; i < length; i += kLanes) {
      Kernel3Tile4::ToPoints(columns + t * Kernel3Tile4::kOut * column + i, column, points + t * tile + i,
                             tiles * tile);
    }
  }
}

// Maxima over three columns of one row of outputs, which wait for those of the rows next to it in the answer: the rows
// of a maximum are `row`s 2y to 2y + 2.
struct Maxima {
  float* out;  // rows of `side` pixels of `depth`
  size_t side;
  size_t depth;
  size_t row;

  HWY_INLINE void Add(V most, size_t column, size_t channel) const {
    float* to = out + (row / 2 * side + column) * depth + channel;
    if (row % 2 == 1) {
      Store(hn::Max(Load(to), most), to);
    } else {
      if (row / 2 < side) Store(most, to);
      to -= side * depth;
      if (row > 0) Store(hn::Max(Load(to), most), to);
    }
  }
};

// The points of one row become its outputs, and these their maxima. A tile's four outputs make a maximum of the first
// three and, with the next tile's first, one of the last two.
void PointsToMaxima(const float* points, size_t plane, size_t tiles, size_t width, const float* bias,
                    const float* slopes, float* out, size_t side, size_t depth, size_t row) {
  const Maxima maxima{out, side, depth, row};
  const V lowest = Const(std::numeric_limits<float>::lowest());
  for (size_t c = 0; c < depth; c += kLanes) {
    const V shift = Load(bias + c);
    const V slope = Load(slopes + c);
    V last_two = lowest;
    for (size_t t = 0; t < tiles; ++t) {
      V outputs[Kernel3Tile4::kOut];
      Kernel3Tile4::FromPoints(points + t * depth + c, plane,
                               [&](size_t x, V sum) { outputs[x] = Activate(sum, shift, slope); });
      const size_t inside = width - t * Kernel3Tile4::kOut;
      if (inside < 4) outputs[3] = lowest;
      if (inside < 3) outputs[2] = lowest;
      if (inside < 2) outputs[1] = lowest;
      if (t > 0) maxima.Add(hn::Max(last_two, outputs[0]), 2 * t - 1, c);
      last_two = hn::Max(outputs[2], outputs[3]);
      if (2 * t < side) maxima.Add(hn::Max(hn::Max(outputs[0], outputs[1]), outputs[2]), 2 * t, c);
    }
    if (2 * tiles - 1 < side) maxima.Add(last_two, 2 * tiles - 1, c);
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {
namespace {

constexpr size_t kColours = 3;
constexpr size_t kTile = 4;
constexpr size_t kPoints = 6;

// Floats of products of a band of rows: they stay in the first-level cache on their way to the outputs.
constexpr size_t kBand = 9216;

// The numbers of one point: a layer that reads three rows of three colours. Published weights are output, colour,
// column, row.
LayerParams PointNumbers(const LayerParams& numbers, const std::array<double, 3>& at_x) {
  LayerParams point{numbers.outputs, 9, 1, {}, {}, {}};
  for (size_t out = 0; out < static_cast<size_t>(numbers.outputs); ++out) {
    for (size_t y = 0; y < 3; ++y) {
      for (size_t colour = 0; colour < kColours; ++colour) {
        double sum = 0;
        for (size_t x = 0; x < 3; ++x) {
          sum += at_x[x] * static_cast<double>(numbers.weights[((out * kColours + colour) * 3 + x) * 3 + y]);
        }
        point.weights.push_back(static_cast<float>(sum));
      }
    }
  }
  return point;
}

}  // namespace

CropLayer::CropLayer(const LayerParams& numbers, int side) : side_(side) {
  for (const auto& x : PointsOf(kPoints)) points_.emplace_back(PointNumbers(numbers, x));
  bias_ = Padded(numbers.bias, padded_outputs(), 0.0F);
  slopes_ = Padded(numbers.slopes, padded_outputs(), 1.0F);
}

HWY_EXPORT(ColumnsToPoints);
HWY_EXPORT(PointsToMaxima);

void CropLayer::Run(const uint8_t* bgr, float* out) {
  const auto side = static_cast<size_t>(side_);
  const auto depth = static_cast<size_t>(padded_outputs());
  const size_t width = side - 2;
  const size_t tiles = (width + kTile - 1) / kTile;
  const size_t column = (side * kColours + 15) / 16 * 16;

  transposed_.resize(side * column);
  for (size_t y = 0; y < side; ++y) {
    for (size_t x = 0; x < side; ++x) {
      std::memcpy(transposed_.data() + x * column + y * kColours, bgr + (y * side + x) * kColours, kColours);
    }
  }
  float* columns = columns_.Take((tiles * kTile + 2) * column);
  Normalize(transposed_.data(), side * column, columns);
  std::fill(columns + side * column, columns + (tiles * kTile + 2) * column, 0.0F);

  const size_t in_plane = tiles * column;
  float* inputs = inputs_.Take(kPoints * in_plane);
  HWY_DYNAMIC_DISPATCH(ColumnsToPoints)(columns, column, column, tiles, inputs, column);

  // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): crops have 24 or 48 pixels a side, so that there are tiles
  const size_t band = std::max<size_t>(kBand / (kPoints * tiles * depth), 1);
  const size_t plane = band * tiles * depth;
  float* products = products_.Take(kPoints * plane);
  for (size_t y = 0; y < width; y += band) {
    const size_t rows = std::min(band, width - y);
    for (size_t i = 0; i < kPoints; ++i) {
      Multiply(points_[i], {inputs + i * in_plane + y * kColours, kColours, column}, static_cast<int>(tiles),
               static_cast<int>(rows), {products + i * plane, tiles * depth, depth});
    }
    for (size_t row = 0; row < rows; ++row) {
      HWY_DYNAMIC_DISPATCH(PointsToMaxima)
      (products + row * tiles * depth, plane, tiles, width, bias_.data(), slopes_.data(), out,
       static_cast<size_t>(out_side()), depth, y + row);
    }
  }
}

}  // namespace faces::kernels
#endif
