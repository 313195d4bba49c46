#include "fused/crop_layer.h"

#include <algorithm>
#include <cmath>

#include "naive.h"
#include "targets.h"

using namespace faces::fused;

namespace {

void CheckCropLayer(int outputs, int side) {
  constexpr float kUntouched = 1234;
  CAPTURE(outputs);
  CAPTURE(side);
  const LayerNumbers numbers = naive::SomeLayer(outputs, 3, 3);
  CropLayer layer(numbers, side);
  const auto depth = static_cast<size_t>(layer.padded_outputs());
  const auto width = static_cast<size_t>(side - 2);
  Buffer out;
  for (const uint32_t seed : {1U, 2U}) {  // the second crop finds nothing left of the first
    const cv::Mat crop = fixtures::Noise(side, side, seed);
    std::vector<float> floats(crop.total() * 3);
    for (size_t i = 0; i < floats.size(); ++i) floats[i] = (static_cast<float>(crop.data[i]) - 127.5F) / 128;
    const MapIn in{floats.data(), static_cast<size_t>(side) * 3, 3};
    std::fill_n(out.Take(width * width * depth + 16), width * width * depth + 16, kUntouched);
    layer.Run(crop.data, out.data());
    CHECK(out.data()[width * width * depth] == kUntouched);
    double worst = 0;
    for (size_t i = 0; i < width * width * depth; ++i) {
      const auto channel = static_cast<int>(i % depth);
      const auto x = static_cast<int>(i / depth % width);
      const auto y = static_cast<int>(i / depth / width);
      const double expected = channel < outputs ? naive::At(numbers, in, x, y, channel) : 0;
      worst = std::max(worst, std::abs(static_cast<double>(out.data()[i]) - expected));
    }
    CHECK(worst < 2e-5);  // 27 products of numbers up to 1, by points up to 2
  }
}

}  // namespace

TEST_CASE("the first layer of crops equals the definition, at every side") {
  fixtures::ForEachTarget([] {
    for (int side = 3; side <= 26; ++side) CheckCropLayer(28, side);
    CheckCropLayer(32, 48);
    CheckCropLayer(10, 17);
    CheckCropLayer(48, 9);
  });
}
