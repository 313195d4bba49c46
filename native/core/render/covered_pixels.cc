#include "covered_pixels.h"

#include <algorithm>
#include <cmath>

namespace faces::render {

Box GrownBox(const Box& box, double margin) {
  const double x = margin * (box.x2 - box.x1);
  const double y = margin * (box.y2 - box.y1);
  return {box.x1 - x, box.y1 - y, box.x2 + x, box.y2 + y};
}

cv::Rect CoveredPixels(const Box& box, const cv::Size& image) {
  // Clamp before converting to an integer: the numbers may be of any size.
  const auto within = [](double value, int max) {
    return static_cast<int>(std::min(std::max(value, 0.0), static_cast<double>(max)));
  };
  const int left = within(std::floor(box.x1), image.width);
  const int top = within(std::floor(box.y1), image.height);
  const int right = within(std::ceil(box.x2), image.width);
  const int bottom = within(std::ceil(box.y2), image.height);
  return {left, top, std::max(right - left, 0), std::max(bottom - top, 0)};
}

}  // namespace faces::render
