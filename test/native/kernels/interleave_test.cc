#include "kernels/interleave.h"

#include <algorithm>

#include "../targets.h"
#include "kernels/buffer.h"
#include "naive.h"

using namespace faces::kernels;

TEST_CASE("planes become pixels, filled up with zeros, and nothing is written beyond") {
  fixtures::ForEachTarget([] {
    constexpr size_t kPlane = 48;
    constexpr float kUntouched = 1234;
    const std::vector<float> floats = naive::Floats(32 * kPlane, 4);
    Buffer planes;
    std::copy(floats.begin(), floats.end(), planes.Take(floats.size()));
    for (const size_t channels : {1U, 3U, 10U, 16U, 17U, 32U}) {
      const size_t pixel = (channels + 15) / 16 * 16;
      for (size_t width = 4; width <= kPlane; width += 4) {
        CAPTURE(channels);
        CAPTURE(width);
        Buffer pixels;
        std::fill_n(pixels.Take(width * pixel + 1), width * pixel + 1, kUntouched);
        Interleave(planes.data(), kPlane, channels, width, pixels.data(), pixel);
        size_t wrong = 0;
        for (size_t i = 0; i < width * pixel; ++i) {
          const float expected = i % pixel < channels ? floats[i % pixel * kPlane + i / pixel] : 0;
          wrong += pixels.data()[i] != expected;
        }
        CHECK(wrong == 0);
        CHECK(pixels.data()[width * pixel] == kUntouched);
      }
    }
  });
}
