#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernels/separable.h"

namespace faces::yunet {

/// Layers one after the other through which a map goes row by row: each makes its next row as soon as it has what that
/// needs. Not for use by two threads at once.
class Chain {
 public:
  /// Takes a row of the last layer's output, valid until it returns.
  using Use = std::function<void(const float* row)>;

  /// `layers`, which must outlive this: a null pointer stands for a maximum over 2x2.
  Chain(const std::vector<const kernels::Separable*>& layers, Use use);

  /// Begins a map of which the columns `out` of the last layer are made. `rows`: of the input, at least 1.
  void Start(const kernels::Strip& out, int rows);

  /// The columns of the input that it reads.
  const kernels::Strip& in() const { return in_; }

  /// Takes the input's next row, those columns. Before a maximum, every even row must stay in memory, below the next.
  void Push(const float* row) { Pass(0, row); }

 private:
  struct Link {
    std::unique_ptr<kernels::SeparableRows> layer;  // none: a maximum
    int depth = 0;                                  // floats of a pixel of the output
    bool is_pooled = false;                         // by the next
    kernels::Strip in{0, 0, 0};
    kernels::Strip out{0, 0, 0};
    int rows_taken = 0;
    int rows_made = 0;
    const float* even_row = nullptr;
    kernels::Buffer made;  // a row; two of them before a maximum
  };

  void Pass(size_t at, const float* row);

  std::vector<Link> links_;
  Use use_;
  kernels::Strip in_{0, 0, 0};
};

}  // namespace faces::yunet
