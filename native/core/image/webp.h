#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// An orientation counts where the VP8X header announces an EXIF chunk. Of an animation the size is that of its canvas.
/// Throws Error as ReadHeader.
Header ReadWebpHeader(Bytes webp);

/// Decodes by libwebp, of an animation the first frame, in its place on a canvas that is black, or transparent where
/// alpha is kept. Throws Error: kTruncatedImage, kCorruptImage.
Decoded DecodeWebp(Bytes webp, const Header& header, Alpha alpha);

}  // namespace faces
