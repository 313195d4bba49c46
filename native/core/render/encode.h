#pragma once

#include <opencv2/core.hpp>

#include "render_options.h"

namespace faces::render {

/// The largest WebP picture. libwebp cannot be interrupted, and takes up to a second per megapixel of noise (42
/// megapixels: 38 s on a busy core; JPEG: 0.5 s), so a larger one would exceed any deadline.
constexpr int64_t kWebpPixels = 8'000'000;

/// Whether a picture of this size can be written in this format (see CheckSize).
bool Fits(const cv::Size& size, PictureFormat format);

/// Throws Error{kInvalidOption} if a picture of this size cannot be written in this format: libjpeg's limit is 65500
/// pixels a side (JPEG_MAX_DIMENSION), WebP's 16383 (its header has 14 bits) and kWebpPixels in all, libpng's a million
/// (its user limits).
void CheckSize(const cv::Size& size, PictureFormat format);

/// Encodes `image` (CV_8UC3 BGR or CV_8UC4 BGRA, at least 1x1) as a file without metadata. JPEG has no transparency:
/// alpha is ignored. `quality` is 1 to 100, or 0 for 90 (JPEG) and 80 (WebP, always lossy). JPEG is baseline with 4:2:0
/// chroma, PNG is deflated by run lengths at level 1. Throws Error: like CheckSize; kInternal if the encoder fails.
Picture Encode(const cv::Mat& image, PictureFormat format, int quality);

}  // namespace faces::render
