#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "engine.h"

namespace faces::yunet {
namespace {

constexpr double kTolerance = 1e-4;

// Noise over a slope, so that strong and flat places both occur. The generator's numbers are the same everywhere.
cv::Mat Picture(int width, int height) {
  std::minstd_rand random(1);
  cv::Mat picture(height, width, CV_8UC3);
  const auto count = static_cast<size_t>(width) * static_cast<size_t>(height) * 3;
  for (size_t i = 0; i < count; ++i) {
    const size_t range = i % 97 < 48 ? 16 : 64;
    picture.data[i] = static_cast<uint8_t>(i * 192 / count + random() % range);
  }
  return picture;
}

// Not "differs by more": false for what is no number.
bool IsNear(float a, float b) { return std::abs(static_cast<double>(a) - static_cast<double>(b)) < kTolerance; }

template <typename Numbers>
bool AreNear(const Numbers& a, const Numbers& b) {
  return std::equal(a.begin(), a.end(), b.begin(), IsNear);
}

// The end of a sentence; empty where they agree.
std::string DifferenceAt(const Place& a, const Place& b) {
  if (a.stride != b.stride || a.column != b.column || a.row != b.row) return "places";
  if (!IsNear(a.class_score, b.class_score) || !IsNear(a.object_score, b.object_score)) return "scores";
  if (!AreNear(a.box, b.box)) return "boxes";
  return AreNear(a.points, b.points) ? "" : "points";
}

std::vector<Place> AllPlaces(Engine& engine, const cv::Mat& picture) {
  std::vector<Place> found;
  ThreadPool alone(1);
  engine.Look(picture, -1, alone, {}, found);
  return found;
}

}  // namespace

// The last two are higher than what the layers keep of a picture.
std::string Difference(Engine& a, Engine& b) {
  for (const auto& [width, height] : {std::pair{1, 1}, {97, 65}, {33, 300}, {700, 260}}) {
    const cv::Mat picture = Picture(width, height);
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
