#pragma once

#include <cstddef>

namespace faces::kernels {

/// Finds the pixels whose `channels` numbers (a multiple of 16) times `weights` add up to more than `limit`; writes
/// their indices, at most `count`, and returns how many there are. `pixels` and `weights` start on a vector's boundary.
size_t Screen(const float* pixels, size_t count, size_t channels, const float* weights, float limit, int* found);

}  // namespace faces::kernels
