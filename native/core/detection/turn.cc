#include "turn.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "image/scaled.h"

namespace faces {
namespace {

constexpr int kTurns = 4;

// On the photographs that the tests use, in four positions, these never chose a wrong turn, by mtcnn or yunet: the
// right one had from 1.7 times the evidence of the next, but for one picture, which stays as it is.
constexpr double kClearly = 1.5;
constexpr double kSlope = 0.7;       // 35 degrees: models give faces that lie on their side up to 46
constexpr double kLeastShare = 0.3;  // of the way from the threshold to certainty, that a single face must be

// Readings take the share of a search that they have of its pixels: four of the first, and two of the second. Of MTCNN
// only what it is sure of, since each face takes as long as in a large picture.
struct Reading {
  double share;  // of each side
  int most;      // pixels of the longer side
};
constexpr Reading kFirst{0.25, 640};
constexpr Reading kSecond{0.3, 768};
constexpr double kSmallestFace = 20;
constexpr float kPNetThreshold = 0.9F;
constexpr float kRNetThreshold = 0.95F;

std::array<double, kTurns> Read(const cv::Mat& picture, double scale, const Reading& reading,
                                const std::array<bool, kTurns>& turns, const Options& options, const FindFaces& find) {
  std::array<double, kTurns> evidence{};
  const int longer = std::max(picture.cols, picture.rows);
  const double side = std::min<double>(longer * reading.share, reading.most);
  if (side < kSmallestFace) return evidence;
  const double factor = side / longer;
  const cv::Mat shrunk = Shrunk(picture, factor);
  Options read = options;
  read.min_face_size = std::max(kSmallestFace, options.min_face_size * scale * factor);
  read.pnet_threshold = std::max(options.pnet_threshold, kPNetThreshold);
  read.rnet_threshold = std::max(options.rnet_threshold, kRNetThreshold);
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto i = static_cast<size_t>(turn);
    if (turns[i]) evidence[i] = UprightEvidence(find(Turned(shrunk, turn), read), options.onet_threshold);
  }
  return evidence;
}

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
  const auto first = Read(picture, scale, kFirst, {true, true, true, true}, options, find);
  const int turn = ClearTurn(first, options.onet_threshold).value_or(0);
  if (turn == 0) return 0;
  // Against the next best only.
  std::array<bool, kTurns> again{};
  again[static_cast<size_t>(turn)] = true;
  auto rest = first;
  rest[static_cast<size_t>(turn)] = -1;
  again[static_cast<size_t>(std::max_element(rest.begin(), rest.end()) - rest.begin())] = true;
  const auto second = Read(picture, scale, kSecond, again, options, find);
  return ClearTurn(second, options.onet_threshold) == turn ? turn : 0;
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
  cv::Mat turned;
  cv::rotate(picture, turned, turn - 1);  // ROTATE_90_CLOCKWISE, ROTATE_180, ROTATE_90_COUNTERCLOCKWISE
  return turned;
}

}  // namespace faces
