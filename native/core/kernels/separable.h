#pragma once

#include <array>

#include "conv.h"
#include "depthwise.h"
#include "strip.h"

namespace faces::kernels {

/// The published numbers of a separable convolution: 1x1 with bias, then 3x3 of each channel for itself.
struct SeparableParams {
  LayerParams pointwise;  ///< of kernel 1, without slopes
  DepthwiseParams depthwise;
};

/// A separable convolution's weights. Any number of threads may read them at once.
struct Separable {
  explicit Separable(const SeparableParams& numbers)
      : pointwise(numbers.pointwise), depthwise(numbers.depthwise, pointwise.padded_outputs()) {}

  int inputs() const { return pointwise.inputs(); }
  /// Floats from one pixel of the output to the next.
  int depth() const { return depthwise.depth(); }

  Layer pointwise;
  Depthwise depthwise;
};

/// Runs a separable convolution over a map, or some of its columns, row by row. Between its two halves lie three rows
/// and no more, so that they stay in the cache. Not for use by two threads at once.
class SeparableRows {
 public:
  /// `layer` must outlive this.
  explicit SeparableRows(const Separable& layer) : layer_(&layer) {}

  /// Begins a map of `height` rows (at least 1), of whose columns `out` is made. Memory: 3 x (columns + 2) x depth()
  /// floats and a row of zeros.
  void Start(const Strip& out, int height);

  /// Takes the next row: the columns out.Widened(), of layer.inputs() floats a pixel. Not while IsReady().
  void Push(const float* in);

  /// Whether the next row of the output can be made.
  bool IsReady() const { return made_ < height_ && taken_ > std::min(made_ + 1, height_ - 1); }

  /// Makes the next row of the output: `out`'s columns, depth() floats a pixel, aligned to a vector. Only if IsReady().
  void Pop(float* out);

 private:
  float* Row(int index) { return ring_.data() + static_cast<size_t>(index % 3) * row_; }

  const Separable* layer_;
  Strip out_{0, 0, 0};
  int height_ = 0;
  int taken_ = 0;
  int made_ = 0;
  size_t row_ = 0;  // floats of a row, with a pixel beyond either end
  Buffer ring_;
  Buffer zeros_;
};

}  // namespace faces::kernels
