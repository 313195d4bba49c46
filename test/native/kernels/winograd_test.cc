#include "kernels/winograd.h"

#include <algorithm>
#include <cmath>

#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

// Maps lie one after another, with a gap that must stay as it is.
void CheckWinograd(const LayerParams& numbers, int tile, Tiles tiles, double tolerance) {
  constexpr float kUntouched = 1234;
  constexpr size_t kGap = 16;
  Winograd layer(numbers, tile);
  const size_t pixel = (static_cast<size_t>(numbers.inputs) + 15) / 16 * 16;
  const auto depth = static_cast<size_t>(layer.padded_outputs());
  const auto width = static_cast<size_t>(tile * tiles.columns);
  const auto height = static_cast<size_t>(tile * tiles.rows);
  const auto border = static_cast<size_t>(numbers.kernel - 1);
  const size_t in_row = (width + border) * pixel;
  const size_t out_row = width * depth;
  const auto maps = static_cast<size_t>(tiles.maps);
  tiles.in_map = in_row * (height + border);
  tiles.out_map = out_row * height + kGap;
  const std::vector<float> floats = naive::Floats(maps * tiles.in_map, 4);
  Buffer input;
  Buffer output;
  std::copy(floats.begin(), floats.end(), input.Take(floats.size()));
  std::fill_n(output.Take(maps * tiles.out_map), maps * tiles.out_map, kUntouched);
  layer.Convolve({input.data(), in_row, pixel}, tiles, {output.data(), out_row, depth});
  double worst = 0;
  for (size_t map = 0; map < maps; ++map) {
    const MapIn in{input.data() + map * tiles.in_map, in_row, pixel};
    const float* out = output.data() + map * tiles.out_map;
    CHECK(std::count(out + out_row * height, out + tiles.out_map, kUntouched) == kGap);
    for (size_t i = 0; i < out_row * height; ++i) {
      const auto channel = static_cast<int>(i % depth);
      const auto x = static_cast<int>(i / depth % width);
      const auto y = static_cast<int>(i / depth / width);
      const double expected = channel < numbers.outputs ? naive::At(numbers, in, x, y, channel) : 0;
      worst = std::max(worst, std::abs(static_cast<double>(out[i]) - expected));
    }
  }
  CAPTURE(numbers.outputs);
  CAPTURE(numbers.kernel);
  CAPTURE(tile);
  CAPTURE(tiles.columns);
  CAPTURE(tiles.rows);
  CAPTURE(tiles.maps);
  CHECK(worst < tolerance);
}

}  // namespace

// Sums of up to 576 products of numbers up to 1; tiles of 4 have points farther from 0, whose powers cost digits.
TEST_CASE("Winograd's convolutions equal the definition, at every number of tiles") {
  fixtures::ForEachTarget([] {
    for (int tiles = 1; tiles <= 8; ++tiles) {
      CheckWinograd(naive::SomeLayer(48, 28, 3), 3, {tiles, 3}, 1e-4);
      CheckWinograd(naive::SomeLayer(64, 32, 3), 3, {7, tiles}, 1e-4);
      CheckWinograd(naive::SomeLayer(16, 10, 3), 3, {2, tiles}, 1e-4);
      CheckWinograd(naive::SomeLayer(32, 16, 3), 4, {tiles, 2}, 2e-4);
      CheckWinograd(naive::SomeLayer(16, 10, 3), 4, {tiles, 1}, 2e-4);
      CheckWinograd(naive::SomeLayer(64, 64, 3), 4, {2, 2, tiles}, 4e-4);
      CheckWinograd(naive::SomeLayer(64, 48, 2), 3, {1, 1, tiles}, 1e-4);
      CheckWinograd(naive::SomeLayer(128, 64, 2), 3, {1, 2, tiles}, 1e-4);
    }
  });
}

TEST_CASE("a larger map in between leaves no trace") {
  const LayerParams numbers = naive::SomeLayer(16, 16, 3);
  Winograd layer(numbers, 3);
  const std::vector<float> floats = naive::Floats(11 * 11 * 16, 4);
  Buffer input;
  Buffer first;
  Buffer again;
  std::copy(floats.begin(), floats.end(), input.Take(floats.size()));
  const auto run = [&](int tiles, Buffer& output) {
    output.Take(9 * 9 * 16);
    layer.Convolve({input.data(), 11 * 16, 16}, {tiles, tiles}, {output.data(), 9 * 16, 16});
  };
  run(2, first);
  run(3, again);
  run(2, again);
  for (size_t y = 0; y < 6; ++y) {
    for (size_t i = 0; i < 6 * 16; ++i) REQUIRE(first.data()[y * 9 * 16 + i] == again.data()[y * 9 * 16 + i]);
  }
}
