#include "cut_face.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

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
  cv::Mat cut = picture(CutArea(picture.size(), box, margin));
  const cv::Size scaled = Scaled(cut.size(), size);
  if (scaled == cut.size()) return cut;
  cv::Mat crop;
  const bool shrinks = std::max(scaled.width, scaled.height) < std::max(cut.cols, cut.rows);
  cv::resize(cut, crop, scaled, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_CUBIC);
  return crop;
}

}  // namespace faces::render
