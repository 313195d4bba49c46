#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads the directory of the picture: the first one that is no thumbnail or mask (NewSubfileType). Of a tag that
/// stands there twice the first counts, as in libtiff. Throws Error as ReadHeader; kUnsupportedFormat for camera raw
/// and for samples of other than 1 to 16, 32 or (floats) 64 bits.
Header ReadTiffHeader(Bytes tiff);

/// Decodes by libtiff, strip by strip or tile by tile: gray, palette, RGB and CMYK of 1 to 16 or 32 bits and floats of
/// 16, 32 and 64 (0 to 1 being black to white), with any extra samples, together or apart; what else libtiff can
/// convert, by its conversion. More than 8 bits lose the lower ones. Throws Error: kTruncatedImage where a strip
/// reaches beyond the end of the file, kCorruptImage, kUnsupportedFormat for other colours and for compressions that
/// the library was built without.
Decoded DecodeTiff(Bytes tiff, const Header& header, Alpha alpha);

}  // namespace faces
