#pragma once

#include <cstddef>
#include <vector>

namespace faces {

/// Indices that put `values` in increasing order, equal values in the order that numpy's default `argsort` (1.24, the
/// reference's) gives them. Scores saturate to equal numbers, non-maximum suppression keeps whichever comes first, and
/// a face moves by up to 20 pixels with another order among equals; so the unstable sort itself is part of the
/// contract: introsort, the pivot the median of first, middle and last, the larger part put off, insertion sort for up
/// to 16 elements, heap sort for a part that is split too often. `values` holds no NaN.
std::vector<size_t> ArgSort(const std::vector<double>& values);

}  // namespace faces
