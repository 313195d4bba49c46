#include "redact.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "covered_pixels.h"

namespace faces::render {
namespace {

// Columns of `row` that the shape inscribed in `box` covers, outwards to whole pixels, cut at `limits`.
cv::Range Span(const Box& box, RedactOptions::Shape shape, int row, const cv::Rect& limits) {
  const double middle = (box.x1 + box.x2) / 2;
  double half = (box.x2 - box.x1) / 2;
  if (shape == RedactOptions::Shape::kEllipse) {
    const double radius = std::max((box.y2 - box.y1) / 2, 0.5);
    // The pixel's edge that is nearer to the middle, so that no part of the ellipse is missed.
    const double centre = (box.y1 + box.y2) / 2;
    const double nearest = std::min(std::max(centre, static_cast<double>(row)), row + 1.0);
    const double away = (nearest - centre) / radius;
    half *= std::sqrt(std::max(1 - away * away, 0.0));
  }
  const auto within = [&](double x) {
    return static_cast<int>(std::min(std::max(x, 1.0 * limits.x), 1.0 * limits.br().x));
  };
  return {within(std::floor(middle - half)), within(std::ceil(middle + half))};
}

double ShorterSide(const Box& box) { return std::min(box.x2 - box.x1, box.y2 - box.y1); }

// The means of the region's squares.
cv::Mat Samples(const cv::Mat& region, const Box& face) {
  const double side = std::max(ShorterSide(face) / kSamplesAcross, 1.0 * kSmallestSquare);
  const auto count = [&](int pixels) { return std::max(static_cast<int>(pixels / side), 1); };
  cv::Mat samples;
  cv::resize(region, samples, {count(region.cols), count(region.rows)}, 0, 0, cv::INTER_AREA);
  return samples;
}

// Rows `top` and following of `small` spread over a region of that size.
void Spread(const cv::Mat& small, const cv::Size& region, int top, cv::Mat& rows, int interpolation) {
  const double x = static_cast<double>(small.cols) / region.width;
  const double y = static_cast<double>(small.rows) / region.height;
  // From the middle of a pixel to where it lies among the samples.
  const cv::Matx23d to_small(x, 0, x / 2 - 0.5, 0, y, (top + 0.5) * y - 0.5);
  cv::warpAffine(small, rows, to_small, rows.size(), interpolation | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
}

void Hide(cv::Mat& picture, const Face& face, const RedactOptions& options) {
  const Box box = GrownBox(face.box, options.margin);
  const cv::Rect limits = CoveredPixels(box, picture.size());
  if (limits.empty()) return;
  if (options.mode == RedactOptions::Mode::kFill) {
    for (int y = limits.y; y < limits.br().y; ++y) {
      const cv::Range span = Span(box, options.shape, y, limits);
      if (!span.empty()) picture.row(y).colRange(span).setTo(cv::Scalar(0, 0, 0, 255));
    }
    return;
  }

  cv::Mat small = Samples(picture(limits), face.box);
  const bool is_smooth = options.mode == RedactOptions::Mode::kBlur;
  if (is_smooth) {
    // In samples; with less, more blurred heads passed for faces, if larger ones than those hidden.
    constexpr double kDeviation = 1.2;
    constexpr int kSteps = 8;  // of a cubic curve between two samples; the straight lines between these are not seen
    cv::GaussianBlur(small, small, {}, kDeviation, kDeviation, cv::BORDER_REPLICATE);
    cv::resize(small, small, {}, kSteps, kSteps, cv::INTER_CUBIC);
  }
  constexpr int kStrip = 16;  // rows that are made at a time
  for (int top = 0; top < limits.height; top += kStrip) {
    cv::Mat rows(std::min(kStrip, limits.height - top), limits.width, picture.type());
    Spread(small, limits.size(), top, rows, is_smooth ? cv::INTER_LINEAR : cv::INTER_NEAREST);
    for (int i = 0; i < rows.rows; ++i) {
      const int y = limits.y + top + i;
      const cv::Range span = Span(box, options.shape, y, limits);
      if (span.empty()) continue;
      rows.row(i).colRange(span.start - limits.x, span.end - limits.x).copyTo(picture.row(y).colRange(span));
    }
  }
}

}  // namespace

void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options) {
  // Coarse squares first: what those of a smaller face beside take in of a larger one is hidden already.
  std::vector<Face> ordered = faces;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Face& a, const Face& b) { return ShorterSide(a.box) > ShorterSide(b.box); });
  for (const Face& face : ordered) Hide(picture, face, options);
}

}  // namespace faces::render
