#include "turn.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "image/pixels.h"
#include "image/scaled.h"

namespace faces {
namespace {

constexpr int kTurns = 4;

// On the photographs that the tests use, in four positions, these never chose a wrong turn, by mtcnn or yunet: the
// right one had from 1.7 times the evidence of the next, but for one picture, which stays as it is.
constexpr double kClearly = 1.5;
constexpr double kBeyondDoubt = 3;   // times the evidence of another, which is not read again then
constexpr double kSlope = 0.7;       // 35 degrees: models give faces that lie on their side up to 46
constexpr double kLeastShare = 0.3;  // of the way from the threshold to certainty, that a single face must be

// Readings take the share of a search that they have of its pixels: four of the first, and one or two of the second. Of
// MTCNN only what it is sure of, since each face takes as long as in a large picture, and every other level.
struct Reading {
  double share;  // of each side
  int most;      // pixels of the longer side
};
constexpr Reading kFirst{0.25, 640};
constexpr Reading kSecond{0.28, 768};
constexpr double kSmallestFace = 20;
constexpr double kScaleFactor = 0.5;
constexpr float kPNetThreshold = 0.9F;
constexpr float kRNetThreshold = 0.95F;

using Evidence = std::array<double, kTurns>;

/// Reads one picture at different sizes.
class Reader {
 public:
  /// All references must outlive it. `scale`: pixels of `picture` for one of the displayed image.
  Reader(const cv::Mat& picture, double scale, const Options& options, const FindFaces& find)
      : longer_(std::max(picture.cols, picture.rows)),
        halves_{picture},
        scale_(scale),
        options_(options),
        find_(find) {}

  /// The evidence for each of `turns`; 0 for others.
  Evidence Read(const Reading& reading, const std::array<bool, kTurns>& turns) {
    Evidence evidence{};
    const double side = std::min<double>(longer_ * reading.share, reading.most);
    if (side < kSmallestFace) return evidence;
    const double factor = side / longer_;
    const cv::Mat shrunk = Shrink(factor);
    Options read = options_;
    read.min_face_size = std::max(kSmallestFace, options_.min_face_size * scale_ * factor);
    read.scale_factor = std::min(options_.scale_factor, kScaleFactor);
    read.pnet_threshold = std::max(options_.pnet_threshold, kPNetThreshold);
    read.rnet_threshold = std::max(options_.rnet_threshold, kRNetThreshold);
    for (int turn = 0; turn < kTurns; ++turn) {
      const auto i = static_cast<size_t>(turn);
      if (turns[i]) evidence[i] = UprightEvidence(find_(Turned(shrunk, turn), read), options_.onet_threshold);
    }
    return evidence;
  }

 private:
  /// By halves first, which take a fifth of the time of any other factor and serve all readings.
  cv::Mat Shrink(double factor) {
    const int halvings = static_cast<int>(-std::log2(factor));
    while (static_cast<int>(halves_.size()) <= halvings) halves_.push_back(Shrunk(Even(halves_.back()), 0.5));
    return Shrunk(halves_[static_cast<size_t>(halvings)], std::ldexp(factor, halvings));
  }

  /// Without an odd last row and column.
  static cv::Mat Even(const cv::Mat& picture) {
    return picture(cv::Rect(0, 0, picture.cols / 2 * 2, picture.rows / 2 * 2));
  }

  int longer_;
  std::vector<cv::Mat> halves_;  // each half as wide and high as the one before
  double scale_;
  const Options& options_;
  const FindFaces& find_;
};

}  // namespace

double UprightEvidence(const std::vector<Face>& faces, float threshold) {
  double evidence = 0;
  for (const Face& face : faces) {
    if (!face.landmarks) {
      throw Error(ErrorCode::kInvalidOption,
                  "this model gives no landmarks to tell which way is up: give orientation=exif");
    }
    const Point &left = (*face.landmarks)[0], &right = (*face.landmarks)[1];
    const double across = right.x - left.x;
    if (across * kSlope > std::abs(right.y - left.y)) {
      evidence += std::pow(std::max(0.0, double{face.confidence} - double{threshold}), 2);
    }
  }
  return evidence;
}

std::optional<int> ClearTurn(const std::array<double, kTurns>& evidence, float threshold) {
  const auto best = std::max_element(evidence.begin(), evidence.end());
  const double least = std::pow(kLeastShare * (1 - double{threshold}), 2);
  if (!(*best > 0) || *best < least) return std::nullopt;
  for (auto other = evidence.begin(); other != evidence.end(); ++other) {
    if (other != best && *other * kClearly > *best) return std::nullopt;
  }
  return static_cast<int>(best - evidence.begin());
}

int FindTurn(const cv::Mat& picture, double scale, const Options& options, const FindFaces& find) {
  Reader reader(picture, scale, options, find);
  const Evidence first = reader.Read(kFirst, {true, true, true, true});
  const int turn = ClearTurn(first, options.onet_threshold).value_or(0);
  if (turn == 0) return 0;
  const double most = first[static_cast<size_t>(turn)];
  std::array<bool, kTurns> again{};
  std::transform(first.begin(), first.end(), again.begin(), [most](double one) { return one * kBeyondDoubt > most; });
  return ClearTurn(reader.Read(kSecond, again), options.onet_threshold) == turn ? turn : 0;
}

cv::Size Turned(const cv::Size& size, int turn) { return turn % 2 == 1 ? cv::Size(size.height, size.width) : size; }

Point Turned(const Point& point, const cv::Size& size, int turn) {
  switch (turn) {
    case 1:
      return {size.height - point.y, point.x};
    case 2:
      return {size.width - point.x, size.height - point.y};
    case 3:
      return {point.y, size.width - point.x};
    default:
      return point;
  }
}

Box Turned(const Box& box, const cv::Size& size, int turn) {
  const Point a = Turned(Point{box.x1, box.y1}, size, turn), b = Turned(Point{box.x2, box.y2}, size, turn);
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y)};
}

Face Turned(const Face& face, const cv::Size& size, int turn) {
  Face turned = face;
  turned.box = Turned(face.box, size, turn);
  if (turned.landmarks) {
    for (Point& point : *turned.landmarks) point = Turned(point, size, turn);
  }
  return turned;
}

cv::Mat Turned(const cv::Mat& picture, int turn) {
  if (turn == 0) return picture;
  cv::Mat turned = NewPixels(Turned(picture.size(), turn), picture.type());
  cv::rotate(picture, turned, turn - 1);  // ROTATE_90_CLOCKWISE, ROTATE_180, ROTATE_90_COUNTERCLOCKWISE
  return turned;
}

}  // namespace faces
