#pragma once

#include <opencv2/core.hpp>

#include "render_options.h"

namespace faces::render {

/// The largest WebP picture. libwebp cannot be stopped once it has begun, and takes up to a second for a megapixel of
/// noise (42 megapixels: 38 s on a busy core; JPEG: 0.5 s), so that more would outlive any deadline.
constexpr int64_t kWebpPixels = 8'000'000;

/// Whether a picture of this size can be written in this format (see CheckSize).
bool Fits(const cv::Size& size, PictureFormat format);

/// Throws Error{kInvalidOption} where a picture of this size cannot be written in this format: libjpeg stops at 65500
/// pixels a side (JPEG_MAX_DIMENSION), WebP at 16383 (its header has 14 bits) and kWebpPixels in all, libpng at a
/// million (its user limits).
void CheckSize(const cv::Size& size, PictureFormat format);

/// `image` (CV_8UC3 BGR or CV_8UC4 BGRA, at least 1x1) as a file without any metadata. Of JPEG, which has no
/// transparency, alpha is ignored. `quality` 1 to 100, 0 for 90 (JPEG) and 80 (WebP, always lossy); JPEG has 4:2:0
/// chroma and is baseline, PNG is deflated by runs at level 1. Throws Error: as CheckSize; kInternal where the encoder
/// fails.
Picture Encode(const cv::Mat& image, PictureFormat format, int quality);

}  // namespace faces::render
