#pragma once

#include <opencv2/core.hpp>

namespace faces {

/// The size times `factor` (above 0), each side rounded and at least 1 pixel.
cv::Size ScaledSize(const cv::Size& size, double factor);

/// The picture in ScaledSize, each pixel the mean of what it covers. `factor` is at most 1.
cv::Mat Shrunk(const cv::Mat& picture, double factor);

}  // namespace faces
