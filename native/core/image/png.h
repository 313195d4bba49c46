#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads every chunk's frame up to the pixels. An orientation counts where the first eXIf chunk stands before the
/// pixels (PNG, third edition, 11.3.4.5). Throws Error as ReadHeader; kUnsupportedFormat for Apple's CgBI variant.
Header ReadPngHeader(Bytes png);

/// Decodes by libpng, of which it sees the critical chunks alone, and the transparency of palettes and single colours
/// where alpha is kept. 16 bits lose the lower 8. A picture is complete when all its rows are there, with or without
/// the chunk that ends the file. Throws Error: kTruncatedImage, kCorruptImage.
Decoded DecodePng(Bytes png, const Header& header, Alpha alpha);

}  // namespace faces
