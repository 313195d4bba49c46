#pragma once

#include <algorithm>

namespace faces::kernels {

/// A map's columns from `first` to before `end`, of `width` in all. What lies beyond the map counts as zeros.
struct Strip {
  int first;
  int end;
  int width;

  int count() const { return end - first; }

  /// What a kernel of 3x3 reads for these columns, as far as the map has it.
  Strip Widened() const { return {std::max(first - 1, 0), std::min(end + 1, width), width}; }

  /// What a pool of 2x2 reads for them.
  Strip Doubled() const { return {2 * first, 2 * end, 2 * width}; }
};

}  // namespace faces::kernels
