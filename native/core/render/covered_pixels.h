#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// The box with `margin` of its width added to the left and right, and of its height above and below.
Box GrownBox(const Box& box, double margin);

/// The whole pixels of an image of that size which the box touches, wherever it lies; empty where it is outside.
cv::Rect CoveredPixels(const Box& box, const cv::Size& image);

}  // namespace faces::render
