#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// An orientation counts if the VP8X header announces an EXIF chunk. For an animation, the size is its canvas's. Throws
/// Error like ReadHeader.
Header ReadWebpHeader(Bytes webp);

/// Decodes with libwebp; of an animation the first frame, at its place on a canvas that is black, or transparent if
/// alpha is kept. Throws Error: kTruncatedImage, kCorruptImage.
Decoded DecodeWebp(Bytes webp, const Header& header, Alpha alpha);

}  // namespace faces
