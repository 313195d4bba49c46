// The fused YuNet on pictures of up to 160 pixels a side, shrunk or not, with weights made up by code: one thread,
// three, and a threshold.
#include <algorithm>
#include <cmath>
#include <vector>

#include "input.h"
#include "models/yunet/fused_net.h"

#define DOCTEST_CONFIG_DISABLE  // of the tests only the weights are taken
#include "../native/models/yunet/naive_net.h"

namespace {

using namespace faces;
using namespace faces::yunet;
using fuzz::Input;
using fuzz::Require;
using naive::AreEqual;

// With scores of nearly 0 and 1 as well: where one of the two is 1, a threshold cuts closest to the other.
Params SomeParams() {
  Params params = naive::SomeParams();
  for (size_t i = kHeads; i < kLayers; ++i) {
    for (float& weight : params.layers[i].depthwise.weights) weight *= 8;
  }
  return params;
}

struct Search {
  explicit Search(size_t threads) : pool(threads), net(SomeParams()) {}

  std::vector<Place> Look(const cv::Mat& picture, const cv::Size& size, float threshold) {
    std::vector<Place> found;
    Level level(picture, size);
    net.Look(level, threshold, pool, {}, found);
    return found;
  }

  ThreadPool pool;
  FusedNet net;
};

std::vector<Place> Over(float threshold, const std::vector<Place>& places) {
  std::vector<Place> over;
  std::copy_if(places.begin(), places.end(), std::back_inserter(over),
               [&](const Place& place) { return std::sqrt(place.class_score * place.object_score) > threshold; });
  return over;
}

void CheckPlace(const Place& place, const cv::Size& level) {
  Require(place.column >= 0 && place.column < PaddedSide(level.width) / place.stride, "columns are of the map");
  Require(place.row >= 0 && place.row < PaddedSide(level.height) / place.stride, "rows are of the map");
  for (const float score : {place.class_score, place.object_score})
    Require(score >= 0 && score <= 1, "scores are 0 to 1");
  const auto is_number = [](float number) { return std::isfinite(number); };
  Require(std::all_of(place.box.begin(), place.box.end(), is_number), "boxes are numbers");
  Require(std::all_of(place.points.begin(), place.points.end(), is_number), "points are numbers");
}

size_t Places(const cv::Size& level) {
  size_t places = 0;
  for (const int stride : kStrides) {
    places +=
        static_cast<size_t>(PaddedSide(level.width) / stride) * static_cast<size_t>(PaddedSide(level.height) / stride);
  }
  return places;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Search alone(1);
  static Search shared(3);
  Input input(data, size);
  const int width = input.Between(1, 160), height = input.Between(1, 160);
  const cv::Size level(input.Flip() ? input.Between(1, width) : width,
                       input.Flip() ? input.Between(1, height) : height);
  const auto threshold = static_cast<float>(input.Share());
  const auto gap = static_cast<size_t>(input.Between(0, 40));  // between rows, as in a part of a larger picture
  const size_t row = static_cast<size_t>(width) * 3 + gap;
  std::vector<uint8_t> pixels = input.Pattern(row * static_cast<size_t>(height) - gap);
  const cv::Mat picture(height, width, CV_8UC3, pixels.data(), row);

  const std::vector<Place> all = alone.Look(picture, level, -1);
  Require(all.size() == Places(level), "without a threshold every place is told");
  for (const Place& place : all) CheckPlace(place, level);
  const std::vector<Place> again = shared.Look(picture, level, -1);
  Require(std::equal(all.begin(), all.end(), again.begin(), again.end(), AreEqual),
          "three threads find what one finds, bit for bit");
  const std::vector<Place> over = Over(threshold, all);
  const std::vector<Place> found = Over(threshold, alone.Look(picture, level, threshold));
  Require(std::equal(over.begin(), over.end(), found.begin(), found.end(), AreEqual),
          "a threshold leaves out no place that is over it");
  return 0;
}
