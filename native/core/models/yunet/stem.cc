#include "stem.h"

#include <algorithm>

#include "kernels/pool.h"

namespace faces::yunet {
namespace {

using namespace kernels;

constexpr size_t kColours = 3;
constexpr int kRowsBetweenCheckpoints = 4;

std::vector<Chain::Layer> Layers(const Weights& weights) {
  const Separable* layer = &weights.layers[kStemLayers];
  return {{layer, Output::kMaxima},
          {layer + 1, Output::kTwoRows},
          {layer + 2, Output::kTwoRows},
          {layer + 3, Output::kTwoRows},
          {layer + 4, Output::kMaxima}};
}

}  // namespace

Stem::Stem(const Weights& weights)
    : first_(&weights.first), chain_(Layers(weights), [this](const float*) {
        ++made_;
        chain_.WriteTo(Destination());
      }) {}

void Stem::Start(int height, const Strip& columns, RowRing& out) {
  first_rows_ = height / 2;
  next_row_ = made_ = 0;
  columns_ = columns;
  out_ = &out;
  chain_.Start(columns, first_rows_);
  chain_.WriteTo(Destination());
  const auto count = static_cast<size_t>(chain_.in().count());
  pixels_.Take(3 * (2 * count + 1) * kColours);
  first_row_.Take(count * static_cast<size_t>(first_->padded_outputs()));
}

void Stem::Advance(const cv::Mat& pixels, int rows, const CancelFlag& cancel) {
  const int count = chain_.in().count();
  const size_t pixel_row = (2 * static_cast<size_t>(count) + 1) * kColours;
  float* read = pixels_.data();
  const int begin = next_row_;
  for (const int end = std::min(begin + rows, first_rows_); next_row_ < end; ++next_row_) {
    if (next_row_ % kRowsBetweenCheckpoints == 0) Checkpoint(cancel);
    if (next_row_ == 0) {
      ReadPixels(pixels, -1, read);
    } else {
      std::copy_n(read + 2 * pixel_row, pixel_row, read);
    }
    const int row = 2 * (next_row_ - begin);
    ReadPixels(pixels, row, read + pixel_row);
    ReadPixels(pixels, row + 1, read + 2 * pixel_row);
    ConvolveByTwo(*first_, read, pixel_row, count, first_row_.data());
    chain_.Push(first_row_.data());
  }
}

// One pixel more than the layer's columns ask for, to their left; zeros beyond the picture.
void Stem::ReadPixels(const cv::Mat& pixels, int row, float* to) const {
  const int first = 2 * chain_.in().first - 1;
  const int end = 2 * chain_.in().end;
  const bool is_beyond = row < 0 || row >= pixels.rows;
  const int from = std::max(first, 0);
  const int until = is_beyond ? from : std::clamp(pixels.cols, from, end);
  const auto floats = [](int count) { return static_cast<size_t>(count) * kColours; };
  std::fill_n(to, floats(from - first), 0.0F);
  if (until > from) Widen(pixels.ptr(row) + floats(from), floats(until - from), to + floats(from - first));
  std::fill_n(to + floats(until - first), floats(end - until), 0.0F);
}

}  // namespace faces::yunet
