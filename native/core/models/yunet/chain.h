#pragma once

#include <functional>
#include <vector>

#include "kernels/separable.h"

namespace faces::yunet {

/// Layers one after the other through which a map goes row by row: each makes its next rows as soon as it has what they
/// need. Not for use by two threads at once.
class Chain {
 public:
  struct Layer {
    const kernels::Separable* weights;  ///< must outlive the chain
    kernels::Output output;
  };

  /// Takes a row of the last layer's output, valid until it returns.
  using Use = std::function<void(const float* row)>;

  Chain(const std::vector<Layer>& layers, Use use);

  /// Begins a map of which the columns `out` of the last layer are made. `rows`: of the input, at least 1, even before
  /// every layer that makes maxima.
  void Start(const kernels::Strip& out, int rows);

  /// The last layer's next one or two rows go to `rows`, one below the other, and so do all that follow, until this is
  /// called again. Without it, to memory of its own.
  void WriteTo(float* rows) { links_.back().to = rows; }

  /// The columns of the input that it reads.
  kernels::Strip in() const { return links_.front().out.Widened(); }

  /// Takes the input's next row, those columns.
  void Push(const float* row) { Pass(0, row); }

 private:
  struct Link {
    explicit Link(const Layer& layer)
        : rows(*layer.weights, layer.output), output(layer.output), depth(layer.weights->depth()) {}

    kernels::SeparableRows rows;
    kernels::Output output;
    int depth;                    // floats of a pixel of the output
    kernels::Strip out{0, 0, 0};  // before any maximum
    size_t row = 0;               // floats of a row of the output
    float* to = nullptr;          // where the next rows go
    kernels::Buffer made;         // or here
  };

  void Pass(size_t at, const float* row);

  std::vector<Link> links_;
  Use use_;
};

}  // namespace faces::yunet
