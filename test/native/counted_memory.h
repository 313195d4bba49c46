#pragma once

#include <cstddef>

/// What the test program takes by operator new, the kernels' scratch included; OpenCV's matrices come from elsewhere.
namespace memory {

size_t Allocations();  ///< so far
size_t Live();         ///< bytes
size_t Peak();         ///< bytes, the most since RestartPeak
void RestartPeak();

}  // namespace memory
