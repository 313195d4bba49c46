#include "separable.h"

#include <algorithm>

namespace faces::kernels {
namespace {

// Pixels that go through all blocks of the 1x1 layer's outputs while they are in the first-level cache.
constexpr int kChunk = 64;

}  // namespace

void SeparableRows::Start(const Strip& out, int height) {
  out_ = out;
  height_ = height;
  taken_ = made_ = 0;
  row_ = (static_cast<size_t>(out.count()) + 2) * static_cast<size_t>(layer_->depth());
  // Zeros lie beyond the map: the pixels to its left and right, which are never written, and the row above it, which
  // gives its place to another as soon as the first rows are made.
  const size_t ring = static_cast<size_t>(at_once() + 2) * row_;
  std::fill_n(ring_.Take(ring), ring, 0.0F);
}

void SeparableRows::Push(const float* in) {
  const auto depth = static_cast<size_t>(layer_->depth());
  const auto inputs = static_cast<size_t>(layer_->inputs());
  const int count = out_.Widened().count();
  float* row = Row(taken_) + (out_.first == 0 ? depth : 0);
  const int chunks = (count + kChunk - 1) / kChunk;
  int x = 0;
  for (int left = chunks; left > 0; --left) {
    const int width = (count - x + left - 1) / left;
    Project(layer_->pointwise, {in + static_cast<size_t>(x) * inputs, 0, inputs}, width, 1,
            {row + static_cast<size_t>(x) * depth, 0, depth});
    x += width;
  }
  ++taken_;
}

int SeparableRows::Pop(float* out) {
  const int rows = next();
  if (made_ + rows == height_) std::fill_n(Row(height_), row_, 0.0F);
  layer_->depthwise.Run(rows == 1 ? Output::kRow : output_,
                        {Row(made_ - 1), Row(made_), Row(made_ + 1), Row(made_ + 2)}, out_.count(), out);
  made_ += rows;
  return output_ == Output::kMaxima ? 1 : rows;
}

}  // namespace faces::kernels
