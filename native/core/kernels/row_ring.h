#pragma once

#include <cstddef>

#include "buffer.h"

namespace faces::kernels {

/// The last rows of a map that goes by: row i lies where row i - `rows` was. With an even `rows`, row 2i + 1 follows
/// row 2i in memory.
class RowRing {
 public:
  /// `row`: floats of a row.
  void Start(size_t row, int rows) {
    row_ = row;
    rows_ = rows;
    memory_.Take(row * static_cast<size_t>(rows));
  }

  float* Row(int index) { return memory_.data() + static_cast<size_t>(index % rows_) * row_; }
  size_t row() const { return row_; }

 private:
  size_t row_ = 0;
  int rows_ = 1;
  Buffer memory_;
};

}  // namespace faces::kernels
