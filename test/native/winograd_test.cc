#include "fused/winograd.h"

#include <algorithm>
#include <cmath>

#include "naive.h"
#include "targets.h"

using namespace faces::fused;

namespace {

void CheckWinograd(int outputs, int inputs, int columns, int rows) {
  const LayerNumbers numbers = naive::SomeLayer(outputs, inputs, 3);
  Winograd layer(numbers);
  const size_t pixel = (static_cast<size_t>(inputs) + 15) / 16 * 16;
  const auto depth = static_cast<size_t>(Layer(numbers).padded_outputs());
  const auto in_row = static_cast<size_t>(3 * columns + 2) * pixel;
  const auto out_row = static_cast<size_t>(3 * columns) * depth;
  const std::vector<float> floats = naive::Floats(in_row * static_cast<size_t>(3 * rows + 2), 4);
  Buffer input;
  Buffer output;
  std::copy(floats.begin(), floats.end(), input.Take(floats.size()));
  const MapIn in{input.data(), in_row, pixel};
  output.Take(out_row * static_cast<size_t>(3 * rows));
  layer.Convolve(in, columns, rows, {output.data(), out_row, depth});
  double worst = 0;
  for (int y = 0; y < 3 * rows; ++y) {
    for (int x = 0; x < 3 * columns; ++x) {
      const float* found = output.data() + static_cast<size_t>(y) * out_row + static_cast<size_t>(x) * depth;
      for (int i = 0; i < static_cast<int>(depth); ++i) {
        const double expected = i < outputs ? naive::At(numbers, in, x, y, i) : 0;
        worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected));
      }
    }
  }
  CAPTURE(outputs);
  CAPTURE(columns);
  CAPTURE(rows);
  CHECK(worst < 1e-4);  // sums of up to 288 products of numbers up to 1
}

}  // namespace

TEST_CASE("Winograd's convolutions equal the definition, at every number of tiles") {
  fixtures::ForEachTarget([] {
    for (int columns = 1; columns <= 8; ++columns) {
      CheckWinograd(48, 28, columns, 3);
      CheckWinograd(64, 32, 7, columns);
      CheckWinograd(32, 16, columns, 1);
      CheckWinograd(16, 10, 2, columns);
    }
  });
}

TEST_CASE("a larger map in between leaves no trace") {
  const LayerNumbers numbers = naive::SomeLayer(16, 16, 3);
  Winograd layer(numbers);
  const std::vector<float> floats = naive::Floats(11 * 11 * 16, 4);
  Buffer input;
  Buffer first;
  Buffer again;
  std::copy(floats.begin(), floats.end(), input.Take(floats.size()));
  const auto run = [&](int tiles, Buffer& output) {
    output.Take(9 * 9 * 16);
    layer.Convolve({input.data(), 11 * 16, 16}, tiles, tiles, {output.data(), 9 * 16, 16});
  };
  run(2, first);
  run(3, again);
  run(2, again);
  for (size_t y = 0; y < 6; ++y) {
    for (size_t i = 0; i < 6 * 16; ++i) REQUIRE(first.data()[y * 9 * 16 + i] == again.data()[y * 9 * 16 + i]);
  }
}
