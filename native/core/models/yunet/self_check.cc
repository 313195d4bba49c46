#include "models/self_check.h"

#include <algorithm>
#include <utility>

#include "engine.h"

namespace faces::yunet {
namespace {

template <typename Numbers>
bool AreNear(const Numbers& a, const Numbers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), AgreeInSelfCheck);
}

// The end of a sentence; empty where they agree.
std::string DifferenceAt(const Place& a, const Place& b) {
  if (a.stride != b.stride || a.column != b.column || a.row != b.row) return "places";
  if (!AgreeInSelfCheck(a.class_score, b.class_score) || !AgreeInSelfCheck(a.object_score, b.object_score))
    return "scores";
  if (!AreNear(a.box, b.box)) return "boxes";
  return AreNear(a.points, b.points) ? "" : "points";
}

std::vector<Place> AllPlaces(Engine& engine, const cv::Mat& picture) {
  std::vector<Place> found;
  ThreadPool alone(1);
  Level level(picture);
  engine.Look(level, -1, alone, {}, found);
  return found;
}

}  // namespace

// The last two are higher than what the layers keep of a picture.
std::string Difference(Engine& a, Engine& b) {
  for (const auto& [width, height] : {std::pair{1, 1}, {97, 65}, {33, 300}, {700, 260}}) {
    std::vector<uint8_t> pixels = SelfCheckPixels(static_cast<size_t>(width) * static_cast<size_t>(height) * 3, 1);
    const cv::Mat picture(height, width, CV_8UC3, pixels.data());
    const std::vector<Place> x = AllPlaces(a, picture);
    const std::vector<Place> y = AllPlaces(b, picture);
    if (x.empty() || x.size() != y.size()) return "YuNet's places differ";
    for (size_t i = 0; i < x.size(); ++i) {
      const std::string what = DifferenceAt(x[i], y[i]);
      if (!what.empty()) return "YuNet's " + what + " differ";
    }
  }
  return "";
}

}  // namespace faces::yunet
