#include "kernels/pool.h"

#include <algorithm>

#include "../fixtures.h"
#include "../targets.h"

using namespace faces::kernels;

namespace {

void CheckPool(int width, int height, int channels, int kernel) {
  const auto depth = static_cast<size_t>(channels);
  Buffer in;
  Buffer out;
  const size_t in_row = static_cast<size_t>(width) * depth;
  const int out_width = Pooled(width, kernel);
  const int out_height = Pooled(height, kernel);
  const size_t out_row = static_cast<size_t>(out_width) * depth;
  fixtures::Random random(1);
  float* from = in.Take(in_row * static_cast<size_t>(height));
  for (size_t i = 0; i < in_row * static_cast<size_t>(height); ++i) from[i] = static_cast<float>(random.Uniform(-1, 1));
  const float* pooled = out.Take(out_row * static_cast<size_t>(out_height));
  MaxPool({from, in_row, depth}, width, height, channels, kernel, {out.data(), out_row, depth});
  bool is_equal = true;
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x) {
      for (size_t c = 0; c < depth; ++c) {
        float most = -2;
        for (int ky = 2 * y; ky < std::min(2 * y + kernel, height); ++ky) {
          for (int kx = 2 * x; kx < std::min(2 * x + kernel, width); ++kx) {
            most = std::max(most, from[static_cast<size_t>(ky) * in_row + static_cast<size_t>(kx) * depth + c]);
          }
        }
        is_equal = is_equal && pooled[static_cast<size_t>(y) * out_row + static_cast<size_t>(x) * depth + c] == most;
      }
    }
  }
  CAPTURE(width);
  CAPTURE(height);
  CHECK(is_equal);
}

}  // namespace

TEST_CASE("pools round up") {
  CHECK(Pooled(22, 3) == 11);
  CHECK(Pooled(9, 3) == 4);
  CHECK(Pooled(46, 3) == 23);
  CHECK(Pooled(21, 3) == 10);
  CHECK(Pooled(8, 2) == 4);
  CHECK(Pooled(11, 2) == 6);
  CHECK(Pooled(1, 2) == 1);
}

TEST_CASE("maximum pools equal the definition, at odd sizes and borders") {
  fixtures::ForEachTarget([] {
    for (int width = 2; width <= 12; ++width) {
      for (int height = 2; height <= 7; ++height) {
        CheckPool(width, height, 32, 2);
        CheckPool(width, height, 48, 3);
      }
    }
    CheckPool(5, 1, 16, 2);
  });
}

TEST_CASE("pixels become (v - 127.5) / 128, or floats, at every count up to four vectors") {
  fixtures::ForEachTarget([] {
    for (size_t count = 0; count <= 64; ++count) {
      std::vector<unsigned char> from(count);
      for (size_t i = 0; i < count; ++i) from[i] = static_cast<unsigned char>(255 - i * 3);
      std::vector<float> to(count + 1, 99);
      Normalize(from.data(), count, to.data());
      CHECK(to.back() == 99);
      for (size_t i = 0; i < count; ++i) CHECK(to[i] == (static_cast<float>(from[i]) - 127.5F) / 128);
      Widen(from.data(), count, to.data());
      CHECK(to.back() == 99);
      for (size_t i = 0; i < count; ++i) CHECK(to[i] == static_cast<float>(from[i]));
    }
  });
}
