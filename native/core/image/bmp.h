#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads the headers of Windows (40 to 124 bytes) and OS/2 (12, 16 to 64). Throws Error as ReadHeader;
/// kUnsupportedFormat for JPEG, PNG or fax inside a BMP.
Header ReadBmpHeader(Bytes bmp);

/// Decodes 1, 2, 4, 8, 16, 24 and 32 bits a pixel, with palettes, bit masks, RLE4 and RLE8, whose skipped pixels have
/// the palette's first colour. Alpha is dropped. Throws Error: kTruncatedImage where pixels are missing (the padding
/// of the last row may be), kCorruptImage.
Decoded DecodeBmp(Bytes bmp, const Header& header);

}  // namespace faces
