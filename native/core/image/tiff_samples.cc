#include "tiff_samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace faces {
namespace {

template <typename Number>
Number At(const uint8_t* from, size_t index) {
  Number number;
  std::memcpy(&number, from + index * sizeof number, sizeof number);
  return number;
}

// IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits.
double HalfToDouble(uint16_t half) {
  const int exponent = half >> 10 & 0x1F;
  const int fraction = half & 0x3FF;
  const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 0x400, exponent - 25);
  if (exponent == 0x1F) return fraction == 0 && (half & 0x8000) == 0 ? 1 : 0;
  return (half & 0x8000) != 0 ? -size : size;
}

uint8_t FloatTo8(double value) {
  if (!(value > 0)) return 0;  // also NaN
  return static_cast<uint8_t>(std::lround(std::min(value, 1.0) * 255));
}

// The result for every 16-bit float.
std::array<uint8_t, 65536> HalvesTo8() {
  std::array<uint8_t, 65536> table{};
  for (size_t half = 0; half < table.size(); ++half) table[half] = FloatTo8(HalfToDouble(static_cast<uint16_t>(half)));
  return table;
}

// Reads a packed sample of 1 to 16 bits.
uint32_t Bits(const uint8_t* from, size_t index, uint32_t bits) {
  const size_t bit = index * bits;
  uint32_t value = 0;
  const size_t last = (bit + bits - 1) / 8;
  for (size_t byte = bit / 8; byte <= last; ++byte) value = value << 8 | from[byte];
  const size_t behind = (last + 1) * 8 - (bit + bits);
  return value >> behind & ((1U << bits) - 1);
}

template <typename Read>
void Each(size_t count, uint8_t* to, size_t step, Read read) {
  for (size_t i = 0; i < count; ++i) to[i * step] = read(i);
}

void UnpackFloats(const uint8_t* from, size_t count, uint32_t bits, uint8_t* to, size_t step) {
  if (bits == 16) {
    static const std::array<uint8_t, 65536> table = HalvesTo8();
    Each(count, to, step, [&](size_t i) { return table[At<uint16_t>(from, i)]; });
  } else if (bits == 32) {
    Each(count, to, step, [&](size_t i) { return FloatTo8(double{At<float>(from, i)}); });
  } else {
    Each(count, to, step, [&](size_t i) { return FloatTo8(At<double>(from, i)); });
  }
}

}  // namespace

void UnpackSamples(const uint8_t* from, size_t count, const TiffLayout& layout, uint8_t* to, size_t step) {
  const uint32_t bits = layout.bits;
  if (layout.sample_format == kFloat) {
    UnpackFloats(from, count, bits, to, step);
    return;
  }
  // Signed numbers have half of their range below 0.
  const auto flip = static_cast<uint8_t>(layout.sample_format == kSigned ? 0x80 : 0);
  if (bits == 8) {
    Each(count, to, step, [&](size_t i) { return static_cast<uint8_t>(from[i] ^ flip); });
  } else if (bits == 16) {
    Each(count, to, step, [&](size_t i) { return static_cast<uint8_t>(At<uint16_t>(from, i) >> 8 ^ flip); });
  } else if (bits == 32) {
    Each(count, to, step, [&](size_t i) { return static_cast<uint8_t>(At<uint32_t>(from, i) >> 24 ^ flip); });
  } else if (bits > 8) {
    Each(count, to, step, [&](size_t i) { return static_cast<uint8_t>(Bits(from, i, bits) >> (bits - 8)); });
  } else {
    const uint32_t scale = layout.photometric == kPalette ? 1 : 255 / ((1U << bits) - 1);
    const uint32_t max = (1U << bits) - 1;
    const bool is_exact = layout.photometric == kPalette || 255 % max == 0;
    Each(count, to, step, [&](size_t i) {
      const uint32_t value = Bits(from, i, bits);
      return static_cast<uint8_t>(is_exact ? value * scale : (value * 255 + max / 2) / max);
    });
  }
}

}  // namespace faces
