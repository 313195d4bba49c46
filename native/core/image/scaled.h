#pragma once

#include <opencv2/core.hpp>

namespace faces {

/// The size times `factor` (above 0), each side rounded and at least 1 pixel.
cv::Size ScaledSize(const cv::Size& size, double factor);

/// The picture in ScaledSize, each pixel the mean of what it covers. `factor` is at most 1.
cv::Mat Shrunk(const cv::Mat& picture, double factor);

/// The picture in that size, with about the same proportion: area means if its longer side gets shorter, otherwise
/// bicubic. Shares the picture's pixels if the size is its own.
cv::Mat Resized(const cv::Mat& picture, const cv::Size& size);

}  // namespace faces
