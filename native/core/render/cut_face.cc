#include "cut_face.h"

#include <algorithm>

#include "covered_pixels.h"
#include "image/scaled.h"

namespace faces::render {

namespace {

cv::Rect CutArea(const cv::Size& picture, const Box& box, double margin) {
  cv::Rect area = CoveredPixels(GrownBox(box, margin), picture);
  area.width = std::max(area.width, 1);
  area.height = std::max(area.height, 1);
  area.x = std::min(area.x, picture.width - area.width);
  area.y = std::min(area.y, picture.height - area.height);
  return area;
}

cv::Size Scaled(const cv::Size& cut, int size) {
  if (size == 0) return cut;
  return ScaledSize(cut, static_cast<double>(size) / std::max(cut.width, cut.height));
}

}  // namespace

cv::Size CutSize(const cv::Size& picture, const Box& box, double margin, int size) {
  return Scaled(CutArea(picture, box, margin).size(), size);
}

int64_t CutSource(const cv::Size& picture, const Box& box, double margin) {
  const cv::Rect area = CutArea(picture, box, margin);
  return int64_t{area.width} * area.height;
}

cv::Mat CutFace(const cv::Mat& picture, const Box& box, double margin, int size) {
  const cv::Mat cut = picture(CutArea(picture.size(), box, margin));
  return Resized(cut, Scaled(cut.size(), size));
}

}  // namespace faces::render
