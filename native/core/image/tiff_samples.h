#pragma once

#include <cstddef>
#include <cstdint>

#include "tiff_layout.h"

namespace faces {

/// Brings `count` samples that lie next to each other, as libtiff gives them (numbers of 16 bits and more in the
/// machine's byte order, shorter ones packed from the highest bit on), to 8 bits: to[0], to[step], to[2 * step] ...
/// Indices of a palette stay as they are; 9 to 16 bits lose the lower ones; floats are 0 for black to 1 for white.
void UnpackSamples(const uint8_t* from, size_t count, const TiffLayout& layout, uint8_t* to, size_t step);

}  // namespace faces
