#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// The size that CutFace gives, of a picture of that size.
cv::Size CutSize(const cv::Size& picture, const Box& box, double margin, int size);

/// The pixels that CutFace looks at.
int64_t CutSource(const cv::Size& picture, const Box& box, double margin);

/// The part of `picture` that the box with its margin covers (see GrownBox), at least one pixel, cut at the border;
/// scaled to a longer side of `size` pixels, or left as it is with a `size` of 0. It may share the picture's pixels.
cv::Mat CutFace(const cv::Mat& picture, const Box& box, double margin, int size);

}  // namespace faces::render
