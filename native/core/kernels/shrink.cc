#include "shrink.h"

#include <algorithm>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/shrink.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kColours = 3;

// Rows by their weights into one. Up to 255 * 65536, so that a float holds every sum exactly.
void AddRows(const uint8_t* HWY_RESTRICT in, size_t in_row, const float* weights, size_t rows, size_t count,
             float* HWY_RESTRICT sums) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<int32_t, decltype(d)> wide;
  const hn::Rebind<uint8_t, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto sum = hn::Zero(d);
    const uint8_t* from = in + i;
    for (size_t row = 0; row < rows; ++row, from += in_row) {
      const auto values = hn::ConvertTo(d, hn::PromoteTo(wide, hn::LoadU(narrow, from)));
      sum = hn::MulAdd(values, hn::Set(d, weights[row]), sum);
    }
    hn::StoreU(sum, d, sums + i);
  }
  for (; i < count; ++i) {
    float sum = 0;
    for (size_t row = 0; row < rows; ++row) sum += static_cast<float>(in[row * in_row + i]) * weights[row];
    sums[i] = sum;
  }
}

// The same across, for each colour; a double holds these sums exactly.
void AddColumns(const float* HWY_RESTRICT sums, const size_t* first, const float* weights, size_t columns, size_t count,
                uint8_t* HWY_RESTRICT out) {
  constexpr double kScale = 1.0 / 65536 / 65536;
  for (size_t i = 0; i < count; ++i, weights += columns, out += kColours) {
    const float* from = sums + first[i] * kColours;
    double blue = 0, green = 0, red = 0;
    for (size_t column = 0; column < columns; ++column, from += kColours) {
      const double weight = weights[column];
      blue += from[0] * weight;
      green += from[1] * weight;
      red += from[2] * weight;
    }
    // NOLINTBEGIN(bugprone-incorrect-roundings): the sums are exact and not negative, and lround is a call
    out[0] = static_cast<uint8_t>(blue * kScale + 0.5);
    out[1] = static_cast<uint8_t>(green * kScale + 0.5);
    out[2] = static_cast<uint8_t>(red * kScale + 0.5);
    // NOLINTEND(bugprone-incorrect-roundings)
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(AddRows);
HWY_EXPORT(AddColumns);

Shrink::Shrink(int in_width, int in_height, int out_width, int out_height)
    : in_width_(static_cast<size_t>(in_width)),
      columns_(TapsOf(in_width, out_width)),
      rows_(TapsOf(in_height, out_height)) {}

// An output's pixel i begins at i * in / out of the input's and is in / out wide.
Shrink::Taps Shrink::TapsOf(int in, int out) {
  Taps taps;
  const int count = std::min((in + out - 1) / out + 1, in);
  taps.count = static_cast<size_t>(count);
  for (int64_t i = 0; i < out; ++i) {
    const int64_t first = std::min(i * in / out, int64_t{in - count});
    taps.first.push_back(static_cast<size_t>(first));
    // The share of it that lies before a pixel of the input.
    const auto before = [&](int64_t pixel) {
      return (std::clamp(pixel * out - i * in, int64_t{0}, int64_t{in}) * 65536 + in / 2) / in;
    };
    for (int64_t pixel = first; pixel < first + count; ++pixel) {
      taps.weights.push_back(static_cast<float>(before(pixel + 1) - before(pixel)));
    }
  }
  return taps;
}

void Shrink::Row(const uint8_t* in, size_t in_row, int row, float* sums, uint8_t* out) const {
  const auto at = static_cast<size_t>(row);
  HWY_DYNAMIC_DISPATCH(AddRows)
  (in + rows_.first[at] * in_row, in_row, rows_.weights.data() + at * rows_.count, rows_.count, 3 * in_width_, sums);
  HWY_DYNAMIC_DISPATCH(AddColumns)
  (sums, columns_.first.data(), columns_.weights.data(), columns_.count, columns_.first.size(), out);
}

}  // namespace faces::kernels
#endif
