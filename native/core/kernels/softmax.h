#pragma once

#include <algorithm>
#include <cmath>

namespace faces::kernels {

/// The share of the second of two logits, in OpenCV's order of operations: scores near 1 come out as few different
/// numbers, and equal ones are told apart by their order.
inline float SecondShare(float first, float second) {
  const float most = std::max(first, second);
  const float a = std::exp(first - most);
  const float b = std::exp(second - most);
  return b / (a + b);
}

}  // namespace faces::kernels
