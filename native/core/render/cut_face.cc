#include "cut_face.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "covered_pixels.h"

namespace faces::render {

cv::Mat CutFace(const cv::Mat& picture, const Box& box, double margin, int size) {
  cv::Rect area = CoveredPixels(GrownBox(box, margin), picture.size());
  area.width = std::max(area.width, 1);
  area.height = std::max(area.height, 1);
  area.x = std::min(area.x, picture.cols - area.width);
  area.y = std::min(area.y, picture.rows - area.height);
  cv::Mat cut = picture(area);
  const double factor = static_cast<double>(size) / std::max(cut.cols, cut.rows);
  if (size == 0 || factor == 1) return cut;
  const auto scaled = [&](int side) { return std::max(static_cast<int>(std::lround(side * factor)), 1); };
  cv::Mat crop;
  cv::resize(cut, crop, {scaled(cut.cols), scaled(cut.rows)}, 0, 0, factor < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return crop;
}

}  // namespace faces::render
