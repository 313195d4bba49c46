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

/// Runs a separable convolution over a map, or some of its columns, row by row. Between its two halves lie three or
/// four rows and no more, so that they stay in the cache. Not for use by two threads at once.
class SeparableRows {
 public:
  /// `layer` must outlive this. A last single row comes by itself where two are made at once.
  SeparableRows(const Separable& layer, Output output) : layer_(&layer), output_(output) {}

  /// Begins a map of `height` rows (at least 1, even for maxima), of whose columns `out` is made (an even number for
  /// maxima). Memory: 3 x (columns + 2) x depth() floats, 4 instead of 3 where two rows are made at once.
  void Start(const Strip& out, int height);

  /// Takes the next row: the columns out.Widened(), of layer.inputs() floats a pixel. Not while IsReady().
  void Push(const float* in);

  /// Whether the next rows of the output can be made.
  bool IsReady() const { return made_ < height_ && taken_ > std::min(made_ + next(), height_ - 1); }

  /// Makes the next one or two rows of the output, depth() floats a pixel, one below the other, aligned to a vector,
  /// and says how many. Only if IsReady().
  int Pop(float* out);

 private:
  // Rows before any maximum.
  int at_once() const { return output_ == Output::kRow ? 1 : 2; }
  int next() const { return std::min(at_once(), height_ - made_); }
  float* Row(int index) {
    const int rows = at_once() + 2;
    return ring_.data() + static_cast<size_t>((index + rows) % rows) * row_;
  }

  const Separable* layer_;
  Output output_;
  Strip out_{0, 0, 0};
  int height_ = 0;
  int taken_ = 0;
  int made_ = 0;
  size_t row_ = 0;  // floats of a row, with a pixel beyond either end
  Buffer ring_;
};

}  // namespace faces::kernels
