#pragma once

#include <opencv2/core.hpp>

#include "render_options.h"

namespace faces::render {

/// Throws Error{kInvalidOption} where a picture of this size cannot be written in this format: libjpeg stops at 65500
/// pixels a side (JPEG_MAX_DIMENSION), WebP at 16383 (its header has 14 bits), libpng at a million (its user limits).
void CheckSides(const cv::Size& size, PictureFormat format);

/// `image` (CV_8UC3 BGR or CV_8UC4 BGRA, at least 1x1) as a file without any metadata. Of JPEG, which has no
/// transparency, alpha is ignored. `quality` 1 to 100, 0 for 90 (JPEG) and 80 (WebP, always lossy); JPEG has 4:2:0
/// chroma and is baseline, PNG is deflated by runs at level 1. Throws Error: as CheckSides; kInternal where the encoder
/// fails.
Picture Encode(const cv::Mat& image, PictureFormat format, int quality);

}  // namespace faces::render
