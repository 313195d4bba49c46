#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads the headers of Windows (40 to 124 bytes) and OS/2 (12, 16 to 64). Throws Error like ReadHeader;
/// kUnsupportedFormat for JPEG, PNG or fax inside a BMP.
Header ReadBmpHeader(Bytes bmp);

/// Decodes 1, 2, 4, 8, 16, 24 and 32 bits per pixel, with palettes, bit masks, RLE4 and RLE8; skipped pixels get the
/// palette's first colour. Alpha is dropped. Throws Error: kTruncatedImage if pixels are missing (padding of the last
/// row may be), kCorruptImage.
Decoded DecodeBmp(Bytes bmp, const Header& header);

}  // namespace faces
