#include "resize.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace faces::mtcnn {
namespace {

constexpr int kChannels = 3;
constexpr float kOne = 2048;  // weight 1, OpenCV's INTER_RESIZE_COEF_SCALE

constexpr int kAhead = 8;  // how many rows of the result to prefetch ahead

// OpenCV's own expression, which inverts the ratio twice.
double Step(int from, int to) { return 1.0 / (static_cast<double>(to) / from); }

int16_t Weight(float share) { return static_cast<int16_t>(std::lrint(share * kOne)); }

struct Position {
  int floor;
  float fraction;
};

Position SourcePosition(int index, double step) {
  const auto position = static_cast<float>((index + 0.5) * step - 0.5);
  const auto floor = static_cast<int>(std::floor(position));
  return {floor, position - static_cast<float>(floor)};
}

}  // namespace

LinearResize::LinearResize(const cv::Mat& image, const Window& window, int width, int height)
    : image_(image),
      window_(window),
      is_half_(window.width == 2 * width && window.height == 2 * height),
      is_inside_(window.x >= 0 && window.x + window.width <= image.cols) {
  if (!is_half_) {
    columns_ = ColumnTaps(window.width, width);
    rows_ = RowTaps(window.height, height);
  }
  if (!is_inside_ || window.y < 0 || window.y + window.height > image.rows) {
    for (auto& row : padded_) row.resize(static_cast<size_t>(window.width) * kChannels);
  }
}

// Beyond the first and last column only the edge pixel counts.
std::vector<LinearResize::Tap> LinearResize::ColumnTaps(int from, int to) {
  const double step = Step(from, to);
  std::vector<Tap> taps;
  taps.reserve(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) {
    Position at = SourcePosition(i, step);
    if (at.floor < 0) at = {0, 0};
    if (at.floor >= from - 1) at = {from - 1, 0};
    taps.push_back({at.floor, std::min(at.floor + 1, from - 1), Weight(1 - at.fraction), Weight(at.fraction)});
  }
  return taps;
}

// Beyond the first and last row, the edge row is used twice with unchanged weights, which rounds differently by one
// than the columns' way.
std::vector<LinearResize::Tap> LinearResize::RowTaps(int from, int to) {
  const double step = Step(from, to);
  std::vector<Tap> taps;
  taps.reserve(static_cast<size_t>(to));
  for (int i = 0; i < to; ++i) {
    const Position at = SourcePosition(i, step);
    taps.push_back({std::clamp(at.floor, 0, from - 1), std::clamp(at.floor + 1, 0, from - 1), Weight(1 - at.fraction),
                    Weight(at.fraction)});
  }
  return taps;
}

// A row of the window, from its first column on; copied to `padded` if it extends beyond the image.
const uint8_t* LinearResize::SourceRow(int row, std::vector<uint8_t>& padded) const {
  const int64_t y = window_.y + row;
  const bool is_row_inside = y >= 0 && y < image_.rows;
  if (is_row_inside && is_inside_) return image_.ptr<uint8_t>(static_cast<int>(y)) + window_.x * kChannels;
  std::fill(padded.begin(), padded.end(), uint8_t{0});
  const int64_t begin = std::max<int64_t>(window_.x, 0);
  const int64_t end = std::min<int64_t>(window_.x + window_.width, image_.cols);
  if (is_row_inside && begin < end) {
    std::memcpy(padded.data() + (begin - window_.x) * kChannels,
                image_.ptr<uint8_t>(static_cast<int>(y)) + begin * kChannels,
                static_cast<size_t>(end - begin) * kChannels);
  }
  return padded.data();
}

// Prefetches the source pixels of a result row: the processor predicts neither the next row of a short stretch of the
// image nor the start of the next crop.
void LinearResize::Prefetch(int row, const cv::Rect& block) const {
  constexpr std::ptrdiff_t kLine = 64;
  if (row >= block.y + block.height || !is_inside_) return;
  const Tap& tap = rows_[static_cast<size_t>(row)];
  const std::ptrdiff_t first = columns_[static_cast<size_t>(block.x)].first;
  const std::ptrdiff_t last = columns_[static_cast<size_t>(block.x + block.width - 1)].second;
  for (const int64_t y : {window_.y + tap.first, window_.y + tap.second}) {
    if (y < 0 || y >= image_.rows) continue;
    const auto* source = image_.ptr<uint8_t>(static_cast<int>(y)) + window_.x * kChannels;
    for (std::ptrdiff_t at = first * kChannels; at <= last * kChannels; at += kLine) hwy::Prefetch(source + at);
  }
}

const int16_t* LinearResize::BlendedColumns(int source_row, const cv::Rect& block) {
  // Even rows in one buffer, odd rows in the other: neighbouring rows never evict each other.
  const auto slot = static_cast<size_t>(source_row % 2);
  if (blended_row_[slot] != source_row) {
    const uint8_t* source = SourceRow(source_row, padded_[slot]);
    kernels::BlendColumns(source, static_cast<size_t>(window_.width) * kChannels, columns_.data() + block.x,
                          static_cast<size_t>(block.width), blended_[slot].data());
    blended_row_[slot] = source_row;
  }
  return blended_[slot].data();
}

void LinearResize::LinearRow(int row, const cv::Rect& block, uint8_t* out) {
  const Tap& tap = rows_[static_cast<size_t>(row)];
  const int16_t* a = BlendedColumns(tap.first, block);
  const int16_t* b = BlendedColumns(tap.second, block);
  kernels::BlendRows(a, b, tap.first_weight, tap.second_weight, static_cast<size_t>(block.width) * kChannels, out);
}

void LinearResize::MeanRow(int row, const cv::Rect& block, uint8_t* out) {
  const uint8_t* a = SourceRow(2 * row, padded_[0]) + std::ptrdiff_t{2} * block.x * kChannels;
  const uint8_t* b = SourceRow(2 * row + 1, padded_[1]) + std::ptrdiff_t{2} * block.x * kChannels;
  constexpr auto kStep = std::ptrdiff_t{2} * kChannels;
  for (int column = 0; column < block.width; ++column, a += kStep, b += kStep) {
    for (int c = 0; c < kChannels; ++c) {
      *out++ = static_cast<uint8_t>((a[c] + a[c + kChannels] + b[c] + b[c + kChannels] + 2) >> 2);
    }
  }
}

void LinearResize::Block(const cv::Rect& block, uint8_t* out) {
  const auto row_bytes = static_cast<std::ptrdiff_t>(block.width) * kChannels;
  for (auto& row : blended_) row.resize(static_cast<size_t>(row_bytes));
  blended_row_ = {-1, -1};
  for (int row = block.y; row < block.y + kAhead && !is_half_; ++row) Prefetch(row, block);
  for (int row = block.y; row < block.y + block.height; ++row, out += row_bytes) {
    if (is_half_) {
      MeanRow(row, block, out);
    } else {
      Prefetch(row + kAhead, block);
      LinearRow(row, block, out);
    }
  }
}

}  // namespace faces::mtcnn
