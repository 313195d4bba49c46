#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads up to the first scan. An EXIF orientation counts only there, as in browsers. Throws Error like ReadHeader;
/// kUnsupportedFormat for JPEG-LS and for lossless, hierarchical and 12-bit JPEG.
Header ReadJpegHeader(Bytes jpeg);

/// Decodes with libjpeg-turbo, bit for bit like OpenCV's imdecode. `reduction`: 1, 2, 4 or 8; a pixel of the result
/// covers a square with this side. An image is complete if every block was decoded, whatever follows its last scan;
/// otherwise `defect` says what is missing.
/// Throws Error: kCorruptImage if there are no pixels at all, or more than 100 scans; kTooManyPixels for too many scans
/// for its size (kScansOfAnySize); kUnsupportedFormat for features that the library was built without.
Decoded DecodeJpeg(Bytes jpeg, const Header& header, int reduction);

/// Limit for scans, each an uninterruptible pass over all pixels of a JPEG: 20 whatever the size (libjpeg's own
/// progressions have 10, or 18 with four colours; jcparam.c), more if they pass over a thousand megapixels at most,
/// which takes some 0.9 s if they are arithmetic and empty.
constexpr int64_t kScansOfAnySize = 20;
constexpr int64_t kScannedPixels = 1'000'000'000;

/// Throws Error{kCorruptImage} for more than 100 scans, kTooManyPixels for too many for the image's size.
void CheckJpegScans(int scans, const Header& header);

}  // namespace faces
