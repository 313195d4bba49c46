#pragma once

#include <array>
#include <vector>

#include "buffer.h"

namespace faces::kernels {

/// The published numbers of a convolution of 3x3 whose every channel sees only itself.
struct DepthwiseParams {
  int channels = 0;
  std::vector<float> weights;  ///< channels x 3 rows x 3 columns
  std::vector<float> bias;     ///< channels
  bool is_relu = true;         ///< whether ReLU follows
};

/// Such a convolution, row by row.
class Depthwise {
 public:
  /// `depth`: floats from one pixel to the next, a multiple of 16; those beyond the channels become zeros.
  Depthwise(const DepthwiseParams& numbers, int depth);

  int depth() const { return depth_; }

  /// Three rows of `width` + 2 pixels become one of `width`, with bias and ReLU. All are aligned to a vector. Answers
  /// do not depend on where in a row a pixel lies. Any number of threads may call it at once.
  void Run(const std::array<const float*, 3>& rows, int width, float* out) const;

 private:
  int depth_;
  bool is_relu_;
  Buffer weights_;  // [row][column][channel]
  Buffer bias_;
};

}  // namespace faces::kernels
