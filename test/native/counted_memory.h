#pragma once

#include <cstddef>

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FACES_MEMORY_IS_WATCHED
#endif
#endif

/// What the test program takes by operator new, the kernels' scratch included; OpenCV's matrices come from elsewhere.
namespace memory {

/// Not under Clang's sanitizers: they have operators of their own, which see more.
#ifdef FACES_MEMORY_IS_WATCHED
constexpr bool kIsCounted = false;
#else
constexpr bool kIsCounted = true;
#endif

size_t Allocations();  ///< so far
size_t Live();         ///< bytes
size_t Peak();         ///< bytes, the most since RestartPeak
void RestartPeak();

/// Refuses the allocations from the `skipped`-th on, `times` of them (counted from 0), as a system without memory does.
void Refuse(size_t skipped, size_t times);
/// Allows all again; how many have been refused since Refuse.
size_t Allow();

}  // namespace memory
