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
std::vector<float> RunStrip(const Separable& layer, Output output, const Map& map, const Strip& strip) {
  SeparableRows rows(layer, output);
  rows.Start(strip, map.height);
  const auto inputs = static_cast<size_t>(layer.inputs());
  const int share = output == Output::kMaxima ? 2 : 1;
  const size_t row = static_cast<size_t>(strip.count() / share) * static_cast<size_t>(layer.depth());
  std::vector<float> made;
  Buffer out;
  out.Take(2 * row);
  for (int y = 0; y < map.height; ++y) {
    CHECK_FALSE(rows.IsReady());
    const auto at = static_cast<size_t>(y * map.width + strip.Widened().first) * inputs;
    // A copy without anything behind it.
    const std::vector<float> in(
        map.pixels.begin() + static_cast<std::ptrdiff_t>(at),
        map.pixels.begin() + static_cast<std::ptrdiff_t>(at + static_cast<size_t>(strip.Widened().count()) * inputs));
    rows.Push(in.data());
    while (rows.IsReady()) {
      const auto count = static_cast<size_t>(rows.Pop(out.data()));
      made.insert(made.end(), out.data(), out.data() + count * row);
    }
  }
  CHECK(made.size() == row * static_cast<size_t>(map.height / share));
  return made;
}

// Of every two rows and columns of a map of pixels of `depth` floats.
std::vector<float> Maxima(const std::vector<float>& map, int width, int height, size_t depth) {
  std::vector<float> maxima;
  for (int y = 0; y < height; y += 2) {
    for (int x = 0; x < width; x += 2) {
      for (size_t c = 0; c < depth; ++c) {
        const auto at = [&](int dy, int dx) { return map[static_cast<size_t>((y + dy) * width + x + dx) * depth + c]; };
        maxima.push_back(std::max({at(0, 0), at(0, 1), at(1, 0), at(1, 1)}));
      }
    }
  }
  return maxima;
}

// The columns of a whole map of rows of `row` floats, from `first` on.
std::vector<float> Columns(const std::vector<float>& map, size_t row, size_t first, size_t count) {
  std::vector<float> columns;
  for (size_t at = first; at < map.size(); at += row) {
    const auto from = map.begin() + static_cast<std::ptrdiff_t>(at);
    columns.insert(columns.end(), from, from + static_cast<std::ptrdiff_t>(count));
  }
  return columns;
}

void CheckMap(const SeparableParams& numbers, int width, int height) {
  CAPTURE(width);
  CAPTURE(height);
  const Separable layer(numbers);
  const Map map{width, height, naive::Floats(static_cast<size_t>(width * height * layer.inputs()), 6)};
  const std::vector<float> expected = naive::SeparableMap(numbers, map.pixels, width, height);
  const std::vector<float> whole = RunStrip(layer, Output::kRow, map, {0, width, width});
  const auto outputs = static_cast<size_t>(numbers.pointwise.outputs);
  const auto depth = static_cast<size_t>(layer.depth());
  double worst = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    const double value = i % depth < outputs ? static_cast<double>(expected[i / depth * outputs + i % depth]) : 0;
    worst = std::max(worst, std::abs(static_cast<double>(whole[i]) - value));
  }
  CHECK(worst < 5e-5);  // 9 x 64 products of numbers up to 1, twice added one by one in float

  // To the bit: threads share a picture by its columns.
  for (const Strip& strip :
       {Strip{0, width, width}, {0, width / 2, width}, {width / 2, width, width}, {width / 3, width / 2, width}}) {
    if (strip.count() <= 0) continue;
    CAPTURE(strip.first);
    CAPTURE(strip.end);
    const std::vector<float> part =
        Columns(whole, static_cast<size_t>(width) * depth, static_cast<size_t>(strip.first) * depth,
                static_cast<size_t>(strip.count()) * depth);
    CHECK(RunStrip(layer, Output::kRow, map, strip) == part);
    CHECK(RunStrip(layer, Output::kTwoRows, map, strip) == part);
    if (strip.count() % 2 != 0 || height % 2 != 0) continue;
    CHECK(RunStrip(layer, Output::kMaxima, map, strip) == Maxima(part, strip.count(), height, depth));
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
  const std::vector<float> in = naive::Floats(size_t{9} * 16, 3);
  for (const Output output : {Output::kRow, Output::kTwoRows, Output::kMaxima}) {
    SeparableRows rows(layer, output);
    const auto run = [&](int width, int height) {
      const size_t row = static_cast<size_t>(output == Output::kMaxima ? width / 2 : width) * 16;
      Buffer out;
      out.Take(2 * row);
      std::vector<float> made;
      rows.Start({0, width, width}, height);
      for (int y = 0; y < height; ++y) {
        rows.Push(in.data());
        while (rows.IsReady()) {
          const auto count = static_cast<size_t>(rows.Pop(out.data()));
          made.insert(made.end(), out.data(), out.data() + count * row);
        }
      }
      return made;
    };
    const std::vector<float> first = run(6, 4);
    run(8, 8);
    CHECK(run(6, 4) == first);
  }
}
