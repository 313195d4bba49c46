#include "kernels/screen.h"

#include <algorithm>
#include <limits>

#include "../targets.h"
#include "kernels/buffer.h"
#include "naive.h"

using namespace faces::kernels;

TEST_CASE("the screen finds the pixels whose sum exceeds the limit, at every count up to two vectors") {
  constexpr size_t kChannels = 32;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> weights = naive::Floats(kChannels, 1);
  const std::vector<float> floats = naive::Floats(33 * kChannels, 2);
  Buffer pixels;
  Buffer factors;
  std::copy(floats.begin(), floats.end(), pixels.Take(floats.size()));
  std::copy(weights.begin(), weights.end(), factors.Take(kChannels));
  fixtures::ForEachTarget([&] {
    for (size_t count = 0; count <= 33; ++count) {
      for (const float limit : {-kInfinity, -1.0F, 0.0F, 1.5F, kInfinity}) {
        std::vector<int> expected;
        for (size_t i = 0; i < count; ++i) {
          double sum = 0;
          for (size_t c = 0; c < kChannels; ++c) {
            sum += static_cast<double>(floats[i * kChannels + c]) * static_cast<double>(weights[c]);
          }
          if (sum > static_cast<double>(limit)) expected.push_back(static_cast<int>(i));
        }
        std::vector<int> found(count);
        found.resize(Screen(pixels.data(), count, kChannels, factors.data(), limit, found.data()));
        CHECK(found == expected);
      }
    }
  });
}
