#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads the directory of the image: the first that is not a thumbnail or mask (NewSubfileType). If a tag is there
/// twice, the first counts, as in libtiff. Throws Error like ReadHeader; kUnsupportedFormat for camera raw and for
/// samples other than 1 to 16, 32 or (floats) 64 bits.
Header ReadTiffHeader(Bytes tiff);

/// Decodes with libtiff, strip by strip or tile by tile: gray, palette, RGB and CMYK of 1 to 16 or 32 bits and floats
/// of 16, 32 and 64 (0 is black, 1 is white), with any extra samples, chunky or planar; anything else by libtiff's own
/// conversion, if it has one. Of more than 8 bits the upper ones are kept. Throws Error: kTruncatedImage if a strip
/// extends beyond the end of the file, kCorruptImage, kUnsupportedFormat for other colours and for compressions that
/// the library was built without.
Decoded DecodeTiff(Bytes tiff, const Header& header, Alpha alpha);

}  // namespace faces
