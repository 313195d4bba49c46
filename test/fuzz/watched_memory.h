#pragma once

#include <cstdint>

// What a target asks of memory.
namespace fuzz {

/// From now on new matrices of OpenCV's hold this byte, as if another image had left it there.
void FillMatricesWith(uint8_t byte);

/// The most bytes that were allocated at one time since RestartPeak, beyond those before; always 0 without
/// AddressSanitizer, which counts them.
int64_t Peak();
void RestartPeak();

}  // namespace fuzz
