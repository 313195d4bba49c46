#pragma once

#include <vector>

#include "conv.h"
#include "layer.h"

namespace faces::fused {

/// A 3x3 convolution by Winograd's minimal filtering F(3x3, 3x3) (Lavin, Gray: Fast Algorithms for Convolutional Neural
/// Networks, 2015): 25 products for 9 outputs instead of 81. Answers differ from the direct sum in the sixth digit.
/// Not for use by two threads at once.
class Winograd {
 public:
  explicit Winograd(const LayerNumbers& numbers);

  /// As fused::Convolve, for outputs of 3 * `columns` x 3 * `rows`. `in.pixel` and `out.pixel` are multiples of 16, and
  /// the numbers of a pixel beyond the layer's inputs may be read: they must be finite.
  void Convolve(const MapIn& in, int columns, int rows, const MapOut& out);

  /// The distance of two pixels in what Convolve writes.
  int padded_outputs() const { return points_.front().padded_outputs(); }

 private:
  std::vector<Layer> points_;
  Buffer bias_;
  Buffer slopes_;
  Buffer inputs_;
  Buffer products_;
};

}  // namespace faces::fused
