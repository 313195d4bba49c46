#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// The size of CutFace's result for a picture of that size.
cv::Size CutSize(const cv::Size& picture, const Box& box, double margin, int size);

/// Number of pixels that CutFace reads.
int64_t CutSource(const cv::Size& picture, const Box& box, double margin);

/// The part of `picture` that the box with its margin covers (see GrownBox), at least one pixel, clipped to the
/// picture; scaled to a longer side of `size` pixels, or not scaled if `size` is 0. May share the picture's pixels.
cv::Mat CutFace(const cv::Mat& picture, const Box& box, double margin, int size);

}  // namespace faces::render
