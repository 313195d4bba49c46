#include "redact.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "covered_pixels.h"
#include "faces_to_hide.h"

namespace faces::render {
namespace {

// The columns of `row` that the shape inscribed in `box` covers, rounded outwards to whole pixels, clipped to `limits`.
cv::Range Span(const Box& box, RedactOptions::Shape shape, int row, const cv::Rect& limits) {
  const double middle = (box.x1 + box.x2) / 2;
  double half = (box.x2 - box.x1) / 2;
  if (shape == RedactOptions::Shape::kEllipse) {
    const double radius = std::max((box.y2 - box.y1) / 2, 0.5);
    // The pixel's edge nearer to the centre, so that no part of the ellipse is missed.
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
double LongerSide(const Box& box) { return std::max(box.x2 - box.x1, box.y2 - box.y1); }

// What is written into a face's region: means of squares with `square` pixels a side, interpolated.
struct Surface {
  cv::Mat samples;
  int interpolation;
};

// The means of the region's squares, `count` of them each way. OpenCV takes 3 ns per pixel and cannot be interrupted,
// so very large regions are processed in bands of whole rows, which changes some means by one level.
cv::Mat Means(const cv::Mat& region, const cv::Size& count, const CancelFlag& cancel) {
  constexpr size_t kAtOnce = 16'000'000;  // pixels
  constexpr int kBands = 64;              // at min_side
  cv::Mat means;
  if (region.total() <= kAtOnce) {
    cv::resize(region, means, count, 0, 0, cv::INTER_AREA);
    return means;
  }
  const int bands = count.height * std::max(kBands / count.height, 1);
  cv::Mat rows(bands, count.width, region.type());
  for (int i = 0; i < bands; ++i) {
    Checkpoint(cancel);
    const auto start = [&](int band) { return static_cast<int>(int64_t{region.rows} * band / bands); };
    cv::Mat row = rows.row(i);
    cv::resize(region.rowRange(start(i), start(i + 1)), row, row.size(), 0, 0, cv::INTER_AREA);
  }
  cv::resize(rows, means, count, 0, 0, cv::INTER_AREA);
  return means;
}

Surface SurfaceOf(const cv::Mat& region, double square, RedactOptions::Mode mode, int curve_steps,
                  const CancelFlag& cancel) {
  const auto count = [&](int pixels) { return std::max(static_cast<int>(pixels / square), 1); };
  cv::Mat samples = Means(region, {count(region.cols), count(region.rows)}, cancel);
  if (mode == RedactOptions::Mode::kPixelate) return {samples, cv::INTER_NEAREST};
  // In samples; with less, more blurred heads were detected as faces, though larger than the hidden ones.
  constexpr double kDeviation = 1.2;
  cv::GaussianBlur(samples, samples, {}, kDeviation, kDeviation, cv::BORDER_REPLICATE);
  if (curve_steps > 1) cv::resize(samples, samples, {}, curve_steps, curve_steps, cv::INTER_CUBIC);
  return {samples, cv::INTER_LINEAR};
}

// The rows from `top` on of the surface interpolated over a region of that size.
void Spread(const Surface& surface, const cv::Size& region, int top, cv::Mat& rows) {
  const double x = static_cast<double>(surface.samples.cols) / region.width;
  const double y = static_cast<double>(surface.samples.rows) / region.height;
  // From a pixel's centre to its position among the samples.
  const cv::Matx23d to_samples(x, 0, x / 2 - 0.5, 0, y, (top + 0.5) * y - 0.5);
  cv::warpAffine(surface.samples, rows, to_samples, rows.size(), surface.interpolation | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
}

constexpr int kStrip = 16;  // rows processed at a time

// A face's or region's shape on the picture.
struct Hidden {
  Box box;  // with its margin
  RedactOptions::Shape shape;
  cv::Rect area;  // the pixels of the picture that it touches, not empty
  double side;    // what kSamplesAcross samples span
};

std::vector<Hidden> OnPicture(const std::vector<Face>& faces, const RedactOptions& options, const cv::Size& picture) {
  std::vector<Hidden> hidden;
  const auto add = [&](const Box& box, RedactOptions::Shape shape, double side) {
    const cv::Rect area = CoveredPixels(box, picture);
    if (!area.empty()) hidden.push_back({box, shape, area, side});
  };
  for (const Face& face : FacesToHide(faces, picture, options)) {
    add(GrownBox(face.box, options.margin), options.shape, ShorterSide(face.box));
  }
  for (const Box& region : options.regions) add(region, RedactOptions::Shape::kBox, LongerSide(region));
  return hidden;
}

// Hides each face with its own squares, coarse ones first: what the squares of a smaller neighbour pick up of a larger
// face is then already hidden.
void HideEach(cv::Mat& picture, std::vector<Hidden> faces, const RedactOptions& options, const CancelFlag& cancel) {
  constexpr int kCurveSteps = 8;  // linear pieces of the cubic curve between two samples, too short to be visible
  std::stable_sort(faces.begin(), faces.end(), [](const Hidden& a, const Hidden& b) { return a.side > b.side; });
  for (const Hidden& face : faces) {
    Checkpoint(cancel);
    const cv::Rect& area = face.area;
    const double square = std::max(face.side / kSamplesAcross, 1.0 * kSmallestSquare);
    const Surface surface = SurfaceOf(picture(area), square, options.mode, kCurveSteps, cancel);
    for (int top = 0; top < area.height; top += kStrip) {
      Checkpoint(cancel);
      cv::Mat rows(std::min(kStrip, area.height - top), area.width, picture.type());
      Spread(surface, area.size(), top, rows);
      for (int i = 0; i < rows.rows; ++i) {
        const int y = area.y + top + i;
        const cv::Range span = Span(face.box, face.shape, y, area);
        if (span.empty()) continue;
        rows.row(i).colRange(span.start - area.x, span.end - area.x).copyTo(picture.row(y).colRange(span));
      }
    }
  }
}

// Finds the parts of a row that any face covers.
class Cover {
 public:
  Cover(const std::vector<Hidden>& faces, int width) : faces_(faces), changes_(static_cast<size_t>(width) + 1) {}

  // Calls use(columns) for each covered stretch from left to right.
  template <typename Use>
  void ForEachSpan(int row, Use use) {
    std::fill(changes_.begin(), changes_.end(), 0);
    for (const Hidden& face : faces_) {
      if (row < face.area.y || row >= face.area.br().y) continue;
      const cv::Range span = Span(face.box, face.shape, row, face.area);
      if (span.empty()) continue;
      ++changes_[static_cast<size_t>(span.start)];
      --changes_[static_cast<size_t>(span.end)];
    }
    int depth = 0;
    int start = 0;
    for (int x = 0; x < static_cast<int>(changes_.size()); ++x) {
      const int change = changes_[static_cast<size_t>(x)];
      if (depth == 0 && change > 0) start = x;
      depth += change;
      if (depth == 0 && change < 0) use(cv::Range(start, x));
    }
  }

 private:
  const std::vector<Hidden>& faces_;
  std::vector<int> changes_;  // change in the number of faces from one column to the next
};

void Fill(cv::Mat& picture, const std::vector<Hidden>& faces, const cv::Scalar& value, const CancelFlag& cancel) {
  Cover cover(faces, picture.cols);
  for (int y = 0; y < picture.rows; ++y) {
    Checkpoint(cancel);
    cover.ForEachSpan(y, [&](const cv::Range& span) { picture.row(y).colRange(span).setTo(value); });
  }
}

// Hides all faces with one surface.
void HideTogether(cv::Mat& picture, const std::vector<Hidden>& faces, double square, const RedactOptions& options,
                  const CancelFlag& cancel) {
  const Surface surface = SurfaceOf(picture, square, options.mode, 1, cancel);
  Cover cover(faces, picture.cols);
  for (int top = 0; top < picture.rows; top += kStrip) {
    Checkpoint(cancel);
    cv::Mat rows(std::min(kStrip, picture.rows - top), picture.cols, picture.type());
    Spread(surface, picture.size(), top, rows);
    for (int i = 0; i < rows.rows; ++i) {
      Checkpoint(cancel);
      cover.ForEachSpan(top + i, [&](const cv::Range& span) {
        rows.row(i).colRange(span).copyTo(picture.row(top + i).colRange(span));
      });
    }
  }
}

// Faces of similar size share a surface, the largest first, so that the work depends on the picture and not on their
// number. Squares that are not aligned with a face show one more across it, so they are larger than its own would be.
void HideBySize(cv::Mat& picture, std::vector<Hidden> faces, const RedactOptions& options, const CancelFlag& cancel) {
  const double largest =
      kSamplesAcross * std::max(picture.cols, picture.rows);  // from there on, one square covers the picture
  while (!faces.empty()) {
    double side = 0;
    for (const Hidden& face : faces) side = std::max(side, std::min(face.side, largest));
    const double square = std::max(side / (kSamplesAcross - 1), 1.0 * kSmallestSquare);
    const double min_side = square > kSmallestSquare ? side / 2 : -1;  // the smallest squares serve all remaining faces
    const auto rest =
        std::partition(faces.begin(), faces.end(), [&](const Hidden& face) { return face.side > min_side; });
    HideTogether(picture, {faces.begin(), rest}, square, options, cancel);
    faces.erase(faces.begin(), rest);
  }
}

}  // namespace

void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options, const CancelFlag& cancel) {
  const std::vector<Hidden> hidden = OnPicture(faces, options, picture.size());
  if (options.mode == RedactOptions::Mode::kFill) return Fill(picture, hidden, options.fill, cancel);
  double covered = 0;
  for (const Hidden& face : hidden) covered += face.area.area();
  const bool is_ordinary = covered <= kMaxCoverage * static_cast<double>(picture.total());
  (is_ordinary ? HideEach : HideBySize)(picture, hidden, options, cancel);
}

}  // namespace faces::render
