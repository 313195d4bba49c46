#include "haar.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "stopwatch.h"

namespace faces {
namespace {

// The parameters of OpenCV's samples for the frontal cascade, and detectMultiScale's tolerance for grouping windows.
constexpr double kScaleFactor = 1.1;
constexpr int kMinNeighbours = 5;
constexpr double kNearness = 0.2;

// Pixels of a tile, at its scale: they take 8 to 12 bytes each, and half a second if all are noise.
constexpr double kTilePixels = 4e6;

// Side of a tile, in the same pixels: a cascade keeps memory for the largest width and the largest height it has seen.
constexpr double kTileSide = 4096;

// Limit for windows grouped into faces, in time that grows with the square of their number: 20000 take a second.
constexpr size_t kMaxWindows = 20'000;

struct Windows {
  std::vector<cv::Rect> boxes;
  std::vector<int> levels;
  std::vector<double> weights;

  void Append(const Windows& others, const cv::Point& origin) {
    for (const cv::Rect& box : others.boxes) boxes.push_back(box + origin);
    levels.insert(levels.end(), others.levels.begin(), others.levels.end());
    weights.insert(weights.end(), others.weights.begin(), others.weights.end());
  }

  // Indices, highest weight first.
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

// Tiles of an image for windows of this size, overlapping by one window, row by row.
std::vector<cv::Rect> Tiles(const cv::Size& picture, const cv::Size& window, double scale) {
  const auto at_most = [](double pixels, int whole) { return static_cast<int>(std::min<double>(pixels, whole)); };
  const int width = std::max(at_most(kTileSide * scale, picture.width), 2 * window.width);
  const double rows = std::min(kTileSide * scale, kTilePixels * scale * scale / width);
  const int height = std::max(at_most(rows, picture.height), 2 * window.height);
  std::vector<cv::Rect> tiles;
  for (int top = 0, bottom = 0; bottom < picture.height; top = bottom - window.height) {
    bottom = std::min(top + height, picture.height);
    for (int left = 0, right = 0; right < picture.width; left = right - window.width) {
      right = std::min(left + width, picture.width);
      tiles.push_back({{left, top}, cv::Point(right, bottom)});
    }
  }
  return tiles;
}

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

  // detectMultiScale on all scales would keep every scale of the whole image in memory, and could not be stopped before
  // the last.
  const cv::Size window = cascade_.getOriginalWindowSize();
  Windows windows;
  for (double scale = 1;; scale *= kScaleFactor) {
    const cv::Size size(cvRound(window.width * scale), cvRound(window.height * scale));
    if (size.width > gray.cols || size.height > gray.rows) break;
    if (std::min(size.width, size.height) < options.min_face_size) continue;
    for (const cv::Rect& tile : Tiles(gray.size(), size, scale)) {
      Checkpoint(cancel);
      Windows found;
      cascade_.detectMultiScale(gray(tile), found.boxes, found.levels, found.weights, kScaleFactor, 0, 0, size, size,
                                true);
      // OpenCV clips windows that rounding has moved beyond the edge, but in a single call only after grouping.
      for (cv::Rect& box : found.boxes) box = {box.tl(), size};
      windows.Append(found, tile.tl());
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

}  // namespace faces
