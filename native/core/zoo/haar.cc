#include "haar.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "../stopwatch.h"

namespace faces::zoo {
namespace {

// The parameters that OpenCV's samples use for the frontal cascade, and how near to each other detectMultiScale takes
// windows for neighbours.
constexpr double kScaleFactor = 1.1;
constexpr int kMinNeighbours = 5;
constexpr double kNearness = 0.2;

// A strip's share of a scale, in pixels of that scale: 8 to 12 bytes each, and half a second where every one is noise.
constexpr double kStripPixels = 4e6;

// Windows that are put together into faces, which takes the square of their number: 20000 take a second.
constexpr size_t kMaxWindows = 20'000;

struct Windows {
  std::vector<cv::Rect> boxes;
  std::vector<int> levels;
  std::vector<double> weights;

  void Append(const Windows& others, int y) {
    for (const cv::Rect& box : others.boxes) boxes.push_back(box + cv::Point(0, y));
    levels.insert(levels.end(), others.levels.begin(), others.levels.end());
    weights.insert(weights.end(), others.weights.begin(), others.weights.end());
  }

  // Indices, the surest first.
  std::vector<size_t> Order() const {
    std::vector<size_t> order(boxes.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] > weights[b]; });
    return order;
  }

  void KeepBest() {
    if (boxes.size() <= kMaxWindows) return;
    Windows best;
    for (const size_t i : Order()) {
      if (best.boxes.size() == kMaxWindows) break;
      best.boxes.push_back(boxes[i]);
      best.levels.push_back(levels[i]);
      best.weights.push_back(weights[i]);
    }
    *this = std::move(best);
  }
};

}  // namespace

Haar::Haar(const ModelFiles& files) {
  try {
    if (files.size() == 1) {
      const cv::FileStorage xml(files.begin()->second, cv::FileStorage::READ | cv::FileStorage::MEMORY);
      cascade_.read(xml.getFirstTopLevelNode());
    }
  } catch (const cv::Exception&) {
    // Reported below, like a file that parses but holds no cascade.
  }
  if (cascade_.empty()) throw Error(ErrorCode::kModelInvalid, "the Haar cascade file cannot be read");
}

std::vector<Face> Haar::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                             std::vector<Stage>& stages) {
  Stopwatch watch;
  Checkpoint(cancel);
  cv::Mat gray;
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  cv::equalizeHist(gray, gray);

  // detectMultiScale would hold every scale of the whole picture at once, and answer when it has gone through all.
  const cv::Size window = cascade_.getOriginalWindowSize();
  Windows windows;
  for (double scale = 1;; scale *= kScaleFactor) {
    const cv::Size size(cvRound(window.width * scale), cvRound(window.height * scale));
    if (size.width > gray.cols || size.height > gray.rows) break;
    if (std::min(size.width, size.height) < options.min_face_size) continue;
    const int strip = std::max(static_cast<int>(std::min<double>(kStripPixels * scale * scale / gray.cols, gray.rows)),
                               2 * size.height);
    for (int top = 0, bottom = 0; bottom < gray.rows; top = bottom - size.height) {
      Checkpoint(cancel);
      bottom = std::min(top + strip, gray.rows);
      Windows found;
      cascade_.detectMultiScale(gray.rowRange(top, bottom), found.boxes, found.levels, found.weights, kScaleFactor, 0,
                                0, size, size, true);
      // OpenCV cuts windows off that rounding has moved beyond the edge, but in one call not before they are grouped.
      for (cv::Rect& box : found.boxes) box = {box.tl(), size};
      windows.Append(found, top);
      windows.KeepBest();
    }
  }
  Checkpoint(cancel);
  cv::groupRectangles(windows.boxes, windows.levels, windows.weights, kMinNeighbours, kNearness);

  std::vector<Face> faces;
  for (const size_t i : windows.Order()) {
    const cv::Rect box = windows.boxes[i] & cv::Rect({}, gray.size());
    const double weight = std::max(windows.weights[i], 0.0);
    faces.push_back({{double(box.x), double(box.y), double(box.x + box.width), double(box.y + box.height)},
                     static_cast<float>(weight / (weight + 1)),
                     std::nullopt});
  }
  stages.push_back({"haar", watch.Lap(), faces.size()});
  return faces;
}

}  // namespace faces::zoo
