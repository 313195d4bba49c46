#pragma once

#include <cstddef>
#include <vector>

namespace faces {

/// Indices that sort `values` in increasing order, with equal values in the order of numpy's default `argsort` (1.24,
/// the reference's). Scores saturate to equal numbers, non-maximum suppression keeps whichever comes first, and with
/// another order of equals a face moves by up to 20 pixels; so the unstable sort itself is part of the contract:
/// introsort, with the median of first, middle and last as pivot, the larger part put on the stack, insertion sort up
/// to 16 elements, and heap sort for a part that is split too often. `values` must not contain NaN.
std::vector<size_t> ArgSort(const std::vector<double>& values);

}  // namespace faces
