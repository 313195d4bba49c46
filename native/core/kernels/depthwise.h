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

/// What is made at once.
enum class Output {
  kRow,      ///< a row, of three of the input
  kTwoRows,  ///< two rows, of four: they read a third less
  kMaxima    ///< of such two rows and every two of their columns the largest: a row of half of the width
};

/// Such a convolution, by a few rows at once.
class Depthwise {
 public:
  /// `depth`: floats from one pixel to the next, a multiple of 16; those beyond the channels become zeros.
  Depthwise(const DepthwiseParams& numbers, int depth);

  int depth() const { return depth_; }

  /// Rows of `width` + 2 pixels, the last not read for a single row, become one or two of `width` (even for maxima),
  /// one below the other, with bias and ReLU. All are aligned to a vector. Answers do not depend on where in a row a
  /// pixel lies, nor on what is made at once. Any number of threads may call it at once.
  void Run(Output output, const std::array<const float*, 4>& in, int width, float* out) const;

 private:
  int depth_;
  bool is_relu_;
  Buffer weights_;  // [row][column][channel]
  Buffer bias_;
};

}  // namespace faces::kernels
