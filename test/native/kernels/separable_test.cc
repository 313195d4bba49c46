#include "kernels/separable.h"

#include <algorithm>
#include <cmath>

#include "../fixtures.h"
#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;

namespace {

struct Map {
  int width, height;
  std::vector<float> pixels;
};

// The columns `strip` of a separable convolution over the map, row after row, as SeparableRows makes them.
std::vector<float> RunStrip(const Separable& layer, const Map& map, const Strip& strip) {
  SeparableRows rows(layer);
  rows.Start(strip, map.height);
  const auto inputs = static_cast<size_t>(layer.inputs());
  const size_t row = static_cast<size_t>(strip.count()) * static_cast<size_t>(layer.depth());
  std::vector<float> made;
  Buffer out;
  out.Take(row);
  for (int y = 0; y < map.height; ++y) {
    CHECK_FALSE(rows.IsReady());
    const auto at = static_cast<size_t>(y * map.width + strip.Widened().first) * inputs;
    // A copy without anything behind it.
    const std::vector<float> in(
        map.pixels.begin() + static_cast<std::ptrdiff_t>(at),
        map.pixels.begin() + static_cast<std::ptrdiff_t>(at + static_cast<size_t>(strip.Widened().count()) * inputs));
    rows.Push(in.data());
    for (; rows.IsReady(); made.insert(made.end(), out.data(), out.data() + row)) rows.Pop(out.data());
  }
  CHECK(made.size() == row * static_cast<size_t>(map.height));
  return made;
}

void CheckMap(const SeparableParams& numbers, int width, int height) {
  CAPTURE(width);
  CAPTURE(height);
  const Separable layer(numbers);
  const Map map{width, height, naive::Floats(static_cast<size_t>(width * height * layer.inputs()), 6)};
  const std::vector<float> expected = naive::SeparableMap(numbers, map.pixels, width, height);
  const std::vector<float> whole = RunStrip(layer, map, {0, width, width});
  const auto outputs = static_cast<size_t>(numbers.pointwise.outputs);
  const auto depth = static_cast<size_t>(layer.depth());
  double worst = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    const double value = i % depth < outputs ? static_cast<double>(expected[i / depth * outputs + i % depth]) : 0;
    worst = std::max(worst, std::abs(static_cast<double>(whole[i]) - value));
  }
  CHECK(worst < 5e-5);  // 9 x 64 products of numbers up to 1, twice added one by one in float

  // To the bit: threads share a picture by its columns.
  for (const Strip& strip : {Strip{0, width / 2, width}, {width / 2, width, width}, {width / 3, width / 2, width}}) {
    if (strip.count() <= 0) continue;
    const std::vector<float> part = RunStrip(layer, map, strip);
    const auto part_row = static_cast<std::ptrdiff_t>(static_cast<size_t>(strip.count()) * depth);
    bool is_equal = true;
    for (int y = 0; y < height; ++y) {
      const auto row = part.begin() + y * part_row;
      is_equal =
          is_equal &&
          std::equal(row, row + part_row,
                     whole.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(y * width + strip.first) * depth));
    }
    CAPTURE(strip.first);
    CHECK(is_equal);
  }
}

}  // namespace

TEST_CASE("separable convolutions equal the definition, at every width and height, whole and in strips") {
  fixtures::ForEachTarget([] {
    for (const auto& [outputs, inputs] : {std::pair{16, 16}, {64, 16}, {64, 64}, {16, 64}}) {
      const SeparableParams numbers = naive::SomeSeparable(outputs, inputs);
      for (int width = 1; width <= 14; ++width) CheckMap(numbers, width, 1 + width % 5);
    }
    const SeparableParams wide = naive::SomeSeparable(16, 16);
    for (const int width : {63, 64, 65, 128, 131}) CheckMap(wide, width, 3);
    for (const int outputs : {1, 17, 33, 65}) CheckMap(naive::SomeSeparable(outputs, 5), 7, 4);
  });
}

TEST_CASE("a map follows another of a different size") {
  const Separable layer(naive::SomeSeparable(16, 16));
  SeparableRows rows(layer);
  Buffer out;
  out.Take(size_t{9} * 16);
  const std::vector<float> in = naive::Floats(size_t{9} * 16, 3);
  const auto run = [&](int width, int height) {
    std::vector<float> made;
    rows.Start({0, width, width}, height);
    for (int y = 0; y < height; ++y) {
      rows.Push(in.data());
      for (; rows.IsReady(); made.insert(made.end(), out.data(), out.data() + width * 16)) rows.Pop(out.data());
    }
    return made;
  };
  const std::vector<float> first = run(5, 4);
  run(9, 7);
  CHECK(run(5, 4) == first);
}
