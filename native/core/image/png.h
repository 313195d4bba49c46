#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads the chunk headers up to the pixels. An orientation counts if the first eXIf chunk precedes the pixels (PNG,
/// third edition, 11.3.4.5). Throws Error like ReadHeader; kUnsupportedFormat for Apple's CgBI variant.
Header ReadPngHeader(Bytes png);

/// Decodes with libpng, which gets only the critical chunks, and tRNS if alpha is kept. Of 16 bits the upper 8 are
/// kept. An image is complete if all its rows are there, with or without the end chunk. Throws Error: kTruncatedImage,
/// kCorruptImage.
Decoded DecodePng(Bytes png, const Header& header, Alpha alpha);

}  // namespace faces
