#pragma once

#include <cstdint>
#include <vector>

#include "layer.h"
#include "pool.h"

namespace faces::kernels {

/// The first layer of R-Net and O-Net: a 3x3 convolution of the three colours of a crop, PReLU, and the maximum over
/// 3x3 in steps of 2, rounding up, while a row's outputs are still near. By Winograd's F(4, 3) along the rows: 54
/// products for 4 outputs instead of 108. (In both directions its sums' way in and out of registers would outweigh the
/// 3 colours' products.) Not for use by two threads at once.
class CropLayer {
 public:
  /// `numbers`: 3 inputs, kernel 3. `side` of a crop in pixels, at least 4.
  CropLayer(const LayerParams& numbers, int side);

  /// `bgr`: a crop. Writes out_side()^2 pixels of padded_outputs(), row by row.
  void Run(const uint8_t* bgr, float* out);

  int out_side() const { return Pooled(side_ - 2, 3); }
  int padded_outputs() const { return points_.front().padded_outputs(); }

 private:
  int side_;
  std::vector<Layer> points_;  // inputs of each: row, then colour
  Buffer bias_;
  Buffer slopes_;
  std::vector<uint8_t> transposed_;
  Buffer columns_;
  Buffer inputs_;
  Buffer products_;
};

}  // namespace faces::kernels
