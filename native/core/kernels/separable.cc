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
  // The pixels beyond the map's left and right border are never written.
  std::fill_n(ring_.Take(3 * row_), 3 * row_, 0.0F);
  std::fill_n(zeros_.Take(row_), row_, 0.0F);
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

void SeparableRows::Pop(float* out) {
  const float* above = made_ > 0 ? Row(made_ - 1) : zeros_.data();
  const float* below = made_ + 1 < height_ ? Row(made_ + 1) : zeros_.data();
  layer_->depthwise.Run({above, Row(made_), below}, out_.count(), out);
  ++made_;
}

}  // namespace faces::kernels
