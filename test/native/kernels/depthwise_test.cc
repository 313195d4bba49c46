#include "kernels/depthwise.h"

#include <algorithm>
#include <cmath>

#include "../fixtures.h"
#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

// Rows lie at the end of their memory, so that valgrind and the like see what is read or written beyond.
void CheckRow(const DepthwiseParams& numbers, int depth, int width) {
  constexpr float kUntouched = 1234;
  const auto pixel = static_cast<size_t>(depth);
  const size_t count = (static_cast<size_t>(width) + 2) * pixel;
  std::array<Buffer, 3> rows;
  for (uint32_t i = 0; i < 3; ++i) {
    const std::vector<float> floats = naive::Floats(count, 5 + i);
    std::copy(floats.begin(), floats.end(), rows[i].Take(count));
  }
  Buffer out;
  const size_t made = static_cast<size_t>(width) * pixel;
  out.Take(made + 1)[made] = kUntouched;
  Depthwise(numbers, depth).Run({rows[0].data(), rows[1].data(), rows[2].data()}, width, out.data());
  CHECK(out.data()[made] == kUntouched);
  double worst = 0;
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < depth; ++c) {
      const double expected = c < numbers.channels ? naive::DepthwiseAt(numbers, depth, rows, x, c) : 0;
      worst = std::max(worst, std::abs(static_cast<double>(out.data()[x * depth + c]) - expected));
    }
  }
  CAPTURE(numbers.channels);
  CAPTURE(width);
  CHECK(worst < 2e-6);  // nine products of numbers up to 1, added one by one in float
}

}  // namespace

TEST_CASE("depthwise convolutions equal the definition, at every width up to three blocks") {
  fixtures::ForEachTarget([] {
    for (int width = 1; width <= 31; ++width) {
      for (const bool is_relu : {true, false}) {
        CheckRow(naive::SomeDepthwise(16, is_relu), 16, width);
        CheckRow(naive::SomeDepthwise(64, is_relu), 64, width);
      }
    }
  });
}

TEST_CASE("depthwise convolutions of other numbers of channels: those that fill up the pixel are zeros") {
  fixtures::ForEachTarget([] {
    for (const auto& [channels, depth] : {std::pair{1, 16}, {15, 16}, {17, 32}, {33, 48}, {65, 96}}) {
      CheckRow(naive::SomeDepthwise(channels, true), depth, 13);
    }
  });
}
