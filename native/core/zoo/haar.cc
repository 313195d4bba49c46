#include "haar.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "../stopwatch.h"

namespace faces::zoo {
namespace {

// The parameters that OpenCV's samples use for the frontal cascade.
constexpr double kScaleFactor = 1.1;
constexpr int kMinNeighbours = 5;

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
  const int side = static_cast<int>(std::ceil(options.min_face_size));
  std::vector<cv::Rect> boxes;
  std::vector<int> levels;
  std::vector<double> weights;
  cascade_.detectMultiScale(gray, boxes, levels, weights, kScaleFactor, kMinNeighbours, 0, {side, side}, {}, true);
  Checkpoint(cancel);

  std::vector<size_t> order(boxes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return weights[a] > weights[b]; });
  std::vector<Face> faces;
  for (const size_t i : order) {
    const cv::Rect& box = boxes[i];
    const double weight = std::max(weights[i], 0.0);
    faces.push_back({{double(box.x), double(box.y), double(box.x + box.width), double(box.y + box.height)},
                     static_cast<float>(weight / (weight + 1)),
                     std::nullopt});
  }
  stages.push_back({"haar", watch.Lap(), faces.size()});
  return faces;
}

}  // namespace faces::zoo
