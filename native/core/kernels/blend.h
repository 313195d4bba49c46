#pragma once

#include <cstddef>
#include <cstdint>

namespace faces::kernels {

/// One output coordinate of a linear resize: two neighbours and their weights, which add up to 2048. `second` is
/// `first` + 1 wherever its weight is not 0.
struct Tap {
  int first, second;
  int16_t first_weight, second_weight;
};

/// Blends neighbouring 3-byte pixels of one row: (a * weight + b * weight) >> 4 of each byte, `count` pixels into
/// 3 * count numbers. `source` has `source_bytes`.
void BlendColumns(const uint8_t* source, size_t source_bytes, const Tap* taps, size_t count, int16_t* out);

/// Blends two rows of such numbers: (((a * weight) >> 16) + ((b * weight) >> 16) + 2) >> 2.
void BlendRows(const int16_t* a, const int16_t* b, int16_t a_weight, int16_t b_weight, size_t count, uint8_t* out);

}  // namespace faces::kernels
