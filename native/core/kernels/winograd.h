#pragma once

#include <array>
#include <vector>

#include "conv.h"
#include "layer.h"

namespace faces::kernels {

/// What a kernel's numbers are multiplied with at each point of an interpolation, its divisors included.
using KernelPoints = std::vector<std::array<double, 3>>;

/// `side`: of a tile's input, and so the number of points: 4 for 3 outputs of a kernel of 2; 5 or 6 for 3 or 4 outputs
/// of a kernel of 3.
KernelPoints PointsOf(int side);

/// The tiles of a Winograd convolution: `columns` x `rows` of them on each of `maps` maps, whose inputs and outputs are
/// `in_map` and `out_map` floats apart.
struct Tiles {
  int columns;
  int rows;
  int maps = 1;
  size_t in_map = 0;
  size_t out_map = 0;

  size_t count() const { return static_cast<size_t>(columns) * static_cast<size_t>(rows) * static_cast<size_t>(maps); }
};

/// A convolution by Winograd's minimal filtering (Lavin, Gray: Fast Algorithms for Convolutional Neural Networks,
/// 2015). F(3x3, 3x3) takes 25 products for 9 outputs instead of 81, F(4x4, 3x3) 36 for 16 instead of 144, F(3x3, 2x2)
/// 16 for 9 instead of 36. Answers differ from the direct sum in the sixth digit. Not for use by two threads at once.
class Winograd {
 public:
  /// `tile`: side of a tile's output; 3 or 4 for a kernel of 3, 3 for one of 2.
  Winograd(const LayerParams& numbers, int tile);

  /// As kernels::Convolve, for outputs of tile * columns x tile * rows. `in.pixel` and `out.pixel` are multiples of 16,
  /// and the numbers of a pixel beyond the layer's inputs may be read: they must be finite.
  void Convolve(const MapIn& in, const Tiles& tiles, const MapOut& out);

  int tile() const { return tile_; }
  /// The distance of two pixels in what Convolve writes.
  int padded_outputs() const { return points_.front().padded_outputs(); }

 private:
  int tile_;
  int side_;  // of a tile's input, and points in one dimension
  std::vector<Layer> points_;
  Buffer bias_;
  Buffer slopes_;
  Buffer inputs_;
  Buffer products_;
};

}  // namespace faces::kernels
