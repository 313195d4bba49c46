#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Whether the bytes start like PBM, PGM, PPM (P1 to P6) or PAM (P7).
bool IsPnm(Bytes image);

/// Throws Error like ReadHeader; kUnsupportedFormat for PAM tuples other than gray or RGB, each with or without alpha.
Header ReadPnmHeader(Bytes pnm);

/// Decodes text and binary files of 1 to 16 bits per sample; of several images, the first. Alpha is dropped. Throws
/// Error: kTruncatedImage, kCorruptImage.
Decoded DecodePnm(Bytes pnm, const Header& header);

}  // namespace faces
