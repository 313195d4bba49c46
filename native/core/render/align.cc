#include "align.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "covered_pixels.h"

namespace faces::render {
namespace {

// Not std::hypot, which would make the compiled addon require glibc 2.35.
double Length(double x, double y) { return std::sqrt(x * x + y * y); }

Point Mean(const std::array<Point, 5>& points) {
  Point mean;
  for (const Point& point : points) {
    mean.x += point.x / 5;
    mean.y += point.y / 5;
  }
  return mean;
}

// The part of a picture that a square crop is made from, plus two pixels around it for interpolation.
cv::Rect SourceOf(const cv::Matx23d& to_crop, int size, const cv::Size& picture) {
  cv::Matx23d to_picture;
  cv::invertAffineTransform(to_crop, to_picture);
  Box box{1e30, 1e30, -1e30, -1e30};
  for (const double x : {-1.0, 1.0 * size}) {
    for (const double y : {-1.0, 1.0 * size}) {
      const cv::Vec2d corner = to_picture * cv::Vec3d(x, y, 1);
      box = {std::min(box.x1, corner[0]), std::min(box.y1, corner[1]), std::max(box.x2, corner[0]),
             std::max(box.y2, corner[1])};
    }
  }
  return CoveredPixels({box.x1 - 2, box.y1 - 2, box.x2 + 2, box.y2 + 2}, picture);
}

}  // namespace

cv::Matx23d Alignment(const Landmarks& landmarks, int size) {
  const double enlargement = static_cast<double>(size) / kTemplateSide;
  const Point from = Mean(landmarks);
  const Point to = Mean(kTemplate);
  // With points as complex numbers, the multiplication by a + bi with least squares is a + bi = sum(conj(p) q) /
  // sum(|p|^2), with both sets centred.
  double a = 0;
  double b = 0;
  double spread = 0;
  for (size_t i = 0; i < landmarks.size(); ++i) {
    const Point p{landmarks[i].x - from.x, landmarks[i].y - from.y};
    const Point q{(kTemplate[i].x - to.x) * enlargement, (kTemplate[i].y - to.y) * enlargement};
    a += p.x * q.x + p.y * q.y;
    b += p.x * q.y - p.y * q.x;
    spread += p.x * p.x + p.y * p.y;
  }
  const bool is_turn = spread > 1e-6 && Length(a, b) > 1e-6;
  a = is_turn ? a / spread : 1;
  b = is_turn ? b / spread : 0;
  return {a, -b, to.x * enlargement - a * from.x + b * from.y, b, a, to.y * enlargement - b * from.x - a * from.y};
}

int64_t AlignedSource(const cv::Size& picture, const Landmarks& landmarks, int size) {
  const cv::Rect source = SourceOf(Alignment(landmarks, size), size, picture);
  return int64_t{source.width} * source.height;
}

cv::Mat AlignFace(const cv::Mat& picture, const Landmarks& landmarks, int size, int border) {
  cv::Matx23d to_crop = Alignment(landmarks, size);
  const cv::Rect source = SourceOf(to_crop, size, picture.size());
  if (source.empty()) return cv::Mat::zeros(size, size, picture.type());
  cv::Mat pixels = picture(source);

  // Interpolation reads four pixels: if a pixel of the crop covers more, reduce by means first.
  const double max = std::max(source.width, source.height);
  const int reduction = static_cast<int>(std::clamp(1 / Length(to_crop(0, 0), to_crop(1, 0)), 1.0, max));
  cv::Vec2d factor(1, 1);
  if (reduction > 1) {
    const cv::Size reduced((source.width + reduction - 1) / reduction, (source.height + reduction - 1) / reduction);
    cv::resize(pixels, pixels, reduced, 0, 0, cv::INTER_AREA);
    factor = {static_cast<double>(source.width) / reduced.width, static_cast<double>(source.height) / reduced.height};
  }
  // From pixels of `pixels` to those of the picture, then to the crop.
  const cv::Matx33d to_picture(factor[0], 0, source.x + (factor[0] - 1) / 2,  //
                               0, factor[1], source.y + (factor[1] - 1) / 2,  //
                               0, 0, 1);
  to_crop = to_crop * to_picture;
  cv::Mat crop;
  cv::warpAffine(pixels, crop, to_crop, {size, size}, cv::INTER_LINEAR, border, cv::Scalar());
  return crop;
}

}  // namespace faces::render
