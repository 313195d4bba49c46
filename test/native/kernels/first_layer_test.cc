#include "kernels/first_layer.h"

#include <algorithm>
#include <cmath>

#include "../targets.h"
#include "kernels/pool.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

// Every row of maxima of a picture, against the definition: convolution, PReLU, maximum over what is there of 2x2.
void CheckFirstLayer(const LayerParams& numbers, int width, int height) {
  CAPTURE(width);
  CAPTURE(height);
  const cv::Mat picture = fixtures::Noise(width, height, 3);
  std::vector<float> floats(picture.total() * 3);
  for (size_t i = 0; i < floats.size(); ++i) floats[i] = (static_cast<float>(picture.data[i]) - 127.5F) / 128;
  const MapIn in{floats.data(), static_cast<size_t>(width) * 3, 3};
  FirstLayer layer(numbers);
  const size_t row = FirstLayer::SplitRow(width);
  const size_t plane = FirstLayer::Plane(width);
  std::vector<float> split(row * static_cast<size_t>(height));
  for (int y = 0; y < height; ++y) {
    FirstLayer::Split(picture.ptr(y), width, split.data() + static_cast<size_t>(y) * row);
  }
  double worst = 0;
  for (int y = 0; y < Pooled(height - 2, 2); ++y) {
    std::vector<float> found(static_cast<size_t>(layer.outputs()) * plane, 1);
    layer.Run(split.data() + static_cast<size_t>(2 * y) * row, width, std::min(4, height - 2 * y), found.data());
    for (int i = 0; i < numbers.outputs; ++i) {
      for (int x = 0; x < Pooled(width - 2, 2); ++x) {
        double most = -1e9;
        for (int at_y = 2 * y; at_y < std::min(2 * y + 2, height - 2); ++at_y) {
          for (int at_x = 2 * x; at_x < std::min(2 * x + 2, width - 2); ++at_x) {
            most = std::max(most, naive::At(numbers, in, at_x, at_y, i));
          }
        }
        const double value = static_cast<double>(found[static_cast<size_t>(i) * plane + static_cast<size_t>(x)]);
        worst = std::max(worst, std::abs(value - most));
      }
      const float* end = found.data() + static_cast<size_t>(i + 1) * plane;
      CHECK(std::count(end - plane + Pooled(width - 2, 2), end, 0.0F) == end - (end - plane + Pooled(width - 2, 2)));
    }
  }
  CHECK(worst < 1e-5);  // 27 products of numbers up to 1
}

}  // namespace

TEST_CASE("the first layer and its pool equal their definition, at odd and even sizes, beyond two vectors") {
  fixtures::ForEachTarget([] {
    const LayerParams numbers = naive::SomeLayer(10, 3, 3);  // slopes of both signs
    for (int width = 3; width <= 72; ++width) CheckFirstLayer(numbers, width, 3 + width % 4);
    CheckFirstLayer(naive::SomeLayer(4, 3, 3), 21, 5);
    CheckFirstLayer(naive::SomeLayer(17, 3, 3), 21, 5);
  });
}
