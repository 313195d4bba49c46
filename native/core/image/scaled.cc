#include "scaled.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pixels.h"

namespace faces {

cv::Size ScaledSize(const cv::Size& size, double factor) {
  const auto side = [&](int pixels) { return std::max(1, static_cast<int>(std::lround(pixels * factor))); };
  return {side(size.width), side(size.height)};
}

cv::Mat Shrunk(const cv::Mat& picture, double factor) {
  const cv::Size size = ScaledSize(picture.size(), factor);
  cv::Mat shrunk = NewPixels(size, picture.type());
  cv::resize(picture, shrunk, size, 0, 0, cv::INTER_AREA);
  return shrunk;
}

cv::Mat Resized(const cv::Mat& picture, const cv::Size& size) {
  if (size == picture.size()) return picture;
  const bool shrinks = std::max(size.width, size.height) < std::max(picture.cols, picture.rows);
  cv::Mat resized = NewPixels(size, picture.type());
  cv::resize(picture, resized, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  return resized;
}

}  // namespace faces
