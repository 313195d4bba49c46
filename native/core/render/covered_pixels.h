#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// The box with `margin` of its width added to the left and right, and of its height above and below.
Box GrownBox(const Box& box, double margin);

/// The pixels of an image of that size that the box touches, even partly; empty if the box is outside.
cv::Rect CoveredPixels(const Box& box, const cv::Size& image);

}  // namespace faces::render
