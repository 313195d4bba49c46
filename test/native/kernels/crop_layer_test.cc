#include "kernels/crop_layer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

// Over the 3x3 outputs at x, y that are inside of `width` x `width`.
double Most(const LayerParams& numbers, const MapIn& in, int x, int y, int width, int channel) {
  double most = -std::numeric_limits<double>::infinity();
  for (int row = y; row < std::min(y + 3, width); ++row) {
    for (int column = x; column < std::min(x + 3, width); ++column) {
      most = std::max(most, naive::At(numbers, in, column, row, channel));
    }
  }
  return most;
}

void CheckCropLayer(int outputs, int side) {
  constexpr float kUntouched = 1234;
  CAPTURE(outputs);
  CAPTURE(side);
  const LayerParams numbers = naive::SomeLayer(outputs, 3, 3);
  CropLayer layer(numbers, side);
  const auto depth = static_cast<size_t>(layer.padded_outputs());
  const int width = side - 2;
  const int out_side = layer.out_side();
  CHECK(out_side == Pooled(width, 3));
  const size_t size = static_cast<size_t>(out_side) * static_cast<size_t>(out_side) * depth;
  Buffer out;
  for (const uint32_t seed : {1U, 2U}) {  // the second crop finds nothing left of the first
    const cv::Mat crop = fixtures::Noise(side, side, seed);
    std::vector<float> floats(crop.total() * 3);
    for (size_t i = 0; i < floats.size(); ++i) floats[i] = (static_cast<float>(crop.data[i]) - 127.5F) / 128;
    const MapIn in{floats.data(), static_cast<size_t>(side) * 3, 3};
    std::fill_n(out.Take(size + 16), size + 16, kUntouched);
    layer.Run(crop.data, out.data());
    CHECK(out.data()[size] == kUntouched);
    double worst = 0;
    for (size_t i = 0; i < size; ++i) {
      const auto channel = static_cast<int>(i % depth);
      const int x = 2 * (static_cast<int>(i / depth) % out_side);
      const int y = 2 * (static_cast<int>(i / depth) / out_side);
      const double expected = channel < outputs ? Most(numbers, in, x, y, width, channel) : 0;
      worst = std::max(worst, std::abs(static_cast<double>(out.data()[i]) - expected));
    }
    CHECK(worst < 2e-5);  // 27 products of numbers up to 1, by points up to 2
  }
}

}  // namespace

TEST_CASE("the first layer of crops, maxima included, equals the definition, at every side") {
  fixtures::ForEachTarget([] {
    for (int side = 4; side <= 26; ++side) CheckCropLayer(28, side);
    CheckCropLayer(32, 48);
    CheckCropLayer(10, 17);
    CheckCropLayer(48, 9);
  });
}
