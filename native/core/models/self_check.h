#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace faces {

/// Numbers by which a self-check compares two engines: equal if they differ by less than 1e-4, which no NaN does.
inline bool AgreeInSelfCheck(float a, float b) {
  return std::abs(static_cast<double>(a) - static_cast<double>(b)) < 1e-4;
}

/// `count` bytes of noise over a slope, so that strong and flat places both occur; the same on every machine.
inline std::vector<uint8_t> SelfCheckPixels(size_t count, uint32_t seed) {
  std::minstd_rand random(seed);
  std::vector<uint8_t> pixels(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t range = i % 97 < 48 ? 16 : 64;
    pixels[i] = static_cast<uint8_t>(i * 192 / count + random() % range);
  }
  return pixels;
}

}  // namespace faces
