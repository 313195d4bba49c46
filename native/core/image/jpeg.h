#pragma once

#include "decoded.h"
#include "header.h"

namespace faces {

/// Reads up to the first scan. An EXIF orientation counts only there, as in browsers. Throws Error as ReadHeader;
/// kUnsupportedFormat for JPEG-LS and for lossless, hierarchical and 12-bit JPEG.
Header ReadJpegHeader(Bytes jpeg);

/// Decodes by libjpeg-turbo, bit for bit as OpenCV's imdecode does. `reduction`: 1, 2, 4 or 8; a pixel of the result
/// stands for a square of so many. A picture is complete when every block of it was decoded, whatever stands behind its
/// last scan; else `defect` tells what is missing.
/// Throws Error: kCorruptImage where there are no pixels at all, or more than 100 scans; kTooManyPixels for too many
/// scans for its size (kScansOfAnySize); kUnsupportedFormat for what the library was built without.
Decoded DecodeJpeg(Bytes jpeg, const Header& header, int reduction);

/// How many scans a JPEG may have, each a pass over all of its pixels that nothing can stop: 20 of any size (libjpeg's
/// own progressions have 10, 18 of four colours; jcparam.c), more where they pass over a thousand megapixels at most,
/// which takes some 0.9 s where they are arithmetic and empty.
constexpr int64_t kScansOfAnySize = 20;
constexpr int64_t kScannedPixels = 1'000'000'000;

/// Throws Error{kCorruptImage} for more than 100 scans, kTooManyPixels for too many for the picture's size.
void CheckJpegScans(int scans, const Header& header);

}  // namespace faces
