#pragma once

#include <cstddef>
#include <cstdint>

#include "tiff_layout.h"

namespace faces {

/// Converts `count` adjacent samples, as libtiff returns them (16 bits and more in the machine's byte order, shorter
/// ones packed from the highest bit on), to 8 bits: to[0], to[step], to[2 * step] ... Palette indices are not scaled;
/// of 9 to 16 bits the upper 8 are kept; floats go from 0 (black) to 1 (white).
void UnpackSamples(const uint8_t* from, size_t count, const TiffLayout& layout, uint8_t* to, size_t step);

}  // namespace faces
