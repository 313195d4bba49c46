#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces {

/// Decodes JPEG, PNG, WebP, BMP or TIFF into CV_8UC3, BGR, upright (EXIF orientation applied). Alpha is dropped, 16
/// bits lose the lower 8, CMYK and gray become BGR; of several pages or frames the first counts. The size is read from
/// the header and held against `max_pixels` before anything is decoded. Throws Error: as ReadHeader; kTooManyPixels;
/// kTruncatedImage, for JPEG unless `accept_truncated`; kCorruptImage.
cv::Mat DecodeImage(Bytes encoded, int64_t max_pixels, bool accept_truncated);

/// The same from raw pixels, without a copy where they are BGR already. Throws Error: kInvalidOption for a shape that
/// does not fit the bytes, kTooManyPixels.
cv::Mat WrapRawImage(const RawImage& raw, int64_t max_pixels);

}  // namespace faces
