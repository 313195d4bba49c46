#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Whether the bytes begin as PBM, PGM, PPM (P1 to P6) or PAM (P7) do.
bool IsPnm(Bytes image);

/// Throws Error as ReadHeader; kUnsupportedFormat for PAM of other tuples than gray or RGB, each with or without alpha.
Header ReadPnmHeader(Bytes pnm);

/// Decodes text and binary files of 1 to 16 bits a sample; of several pictures the first. Alpha is dropped. Throws
/// Error: kTruncatedImage, kCorruptImage.
Decoded DecodePnm(Bytes pnm, const Header& header);

}  // namespace faces
