#include "kernels/depthwise.h"

#include <algorithm>
#include <cmath>

#include "../fixtures.h"
#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

struct Map {
  std::array<Buffer, 4> rows;
  int depth, width;  // of the output
};

Map SomeMap(int depth, int width) {
  Map map{{}, depth, width};
  const size_t count = (static_cast<size_t>(width) + 2) * static_cast<size_t>(depth);
  for (uint32_t i = 0; i < 4; ++i) {
    const std::vector<float> floats = naive::Floats(count, 5 + i);
    std::copy(floats.begin(), floats.end(), map.rows[i].Take(count));
  }
  return map;
}

// All memory ends with the last number, so that valgrind and the like see what is read or written beyond.
std::vector<float> Run(const Depthwise& layer, Output output, const Map& map) {
  constexpr float kUntouched = 1234;
  const size_t row = static_cast<size_t>(map.width) * static_cast<size_t>(map.depth);
  const size_t count = output == Output::kRow ? row : output == Output::kTwoRows ? 2 * row : row / 2;
  Buffer out;
  out.Take(count + 1)[count] = kUntouched;
  const float* last = output == Output::kRow ? nullptr : map.rows[3].data();
  layer.Run(output, {map.rows[0].data(), map.rows[1].data(), map.rows[2].data(), last}, map.width, out.data());
  CHECK(out.data()[count] == kUntouched);
  return {out.data(), out.data() + count};
}

// Row `y` of the output, by the definition.
double Expected(const DepthwiseParams& numbers, const Map& map, int y, int x, int channel) {
  if (channel >= numbers.channels) return 0;
  const auto at = static_cast<size_t>(y);
  return naive::DepthwiseAt(numbers, map.depth, {map.rows[at].data(), map.rows[at + 1].data(), map.rows[at + 2].data()},
                            x, channel);
}

void CheckRows(const DepthwiseParams& numbers, int depth, int width) {
  CAPTURE(numbers.channels);
  CAPTURE(width);
  const Map map = SomeMap(depth, width);
  const Depthwise layer(numbers, depth);
  const std::vector<float> rows = Run(layer, Output::kTwoRows, map);
  double worst = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int pixel = static_cast<int>(i) / depth;
    const double expected = Expected(numbers, map, pixel / width, pixel % width, static_cast<int>(i) % depth);
    worst = std::max(worst, std::abs(static_cast<double>(rows[i]) - expected));
  }
  CHECK(worst < 2e-6);  // nine products of numbers up to 1, added one by one in float

  // To the bit: a map's last row may come by itself.
  const std::vector<float> row = Run(layer, Output::kRow, map);
  CHECK(std::equal(row.begin(), row.end(), rows.begin()));
  if (width % 2 != 0) return;
  std::vector<float> maxima;
  for (size_t x = 0; x < static_cast<size_t>(width); x += 2) {
    for (size_t c = 0; c < static_cast<size_t>(depth); ++c) {
      const auto at = [&](size_t y, size_t column) {
        return rows[(y * static_cast<size_t>(width) + column) * static_cast<size_t>(depth) + c];
      };
      maxima.push_back(std::max({at(0, x), at(0, x + 1), at(1, x), at(1, x + 1)}));
    }
  }
  CHECK(Run(layer, Output::kMaxima, map) == maxima);
}

}  // namespace

TEST_CASE("depthwise convolutions equal the definition, at every width up to three blocks, whatever is made at once") {
  fixtures::ForEachTarget([] {
    for (int width = 1; width <= 31; ++width) {
      for (const bool is_relu : {true, false}) {
        CheckRows(naive::SomeDepthwise(16, is_relu), 16, width);
        CheckRows(naive::SomeDepthwise(64, is_relu), 64, width);
      }
    }
  });
}

TEST_CASE("depthwise convolutions of other numbers of channels: those that fill up the pixel are zeros") {
  fixtures::ForEachTarget([] {
    for (const auto& [channels, depth] : {std::pair{1, 16}, {15, 16}, {17, 32}, {33, 48}, {65, 96}}) {
      CheckRows(naive::SomeDepthwise(channels, true), depth, 13);
    }
  });
}
