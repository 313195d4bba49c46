// A block of the output is a vector of channels of up to 10 pixels side by side, an accumulator each. A step takes a
// row of the kernel: 3 loads of weights, and 12 pixels, each of which goes into the three outputs that see it.
#include "depthwise.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "layer.h"
#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/depthwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());
constexpr size_t kMostColumns = 10;  // and 3 weights, an input and, without multiply-add, a product: 15 of 16 registers

// One call, with what the blocks have in common.
struct Run {
  const float* rows[3];
  const float* weights;
  const float* bias;
  size_t channels;
  float* out;
};

// The input at `kAt` into the sums of the outputs to its left, below it and to its right.
template <size_t kAt, size_t kColumns>
HWY_INLINE void AddInput(V input, const V (&w)[3], V (&sums)[kColumns]) {
  if constexpr (kAt >= 2) sums[kAt - 2] = hn::MulAdd(w[2], input, sums[kAt - 2]);
  if constexpr (kAt >= 1 && kAt <= kColumns) sums[kAt - 1] = hn::MulAdd(w[1], input, sums[kAt - 1]);
  if constexpr (kAt < kColumns) sums[kAt] = hn::MulAdd(w[0], input, sums[kAt]);
}

// Indices are template arguments, since GCC 12 keeps arrays indexed by loops in memory.
template <bool kRelu, size_t... kAt, size_t... kColumn>
HWY_INLINE void Block(const Run& run, size_t at, size_t channel, std::index_sequence<kAt...>,
                      std::index_sequence<kColumn...>) {
  const D d;
  V sums[] = {(static_cast<void>(kColumn), hn::Load(d, run.bias + channel))...};
  const float* weights = run.weights + channel;
  for (const float* row : run.rows) {
    const float* HWY_RESTRICT from = row + at + channel;
    const V w[3] = {hn::Load(d, weights), hn::Load(d, weights + run.channels), hn::Load(d, weights + 2 * run.channels)};
    (AddInput<kAt>(hn::Load(d, from + kAt * run.channels), w, sums), ...);
    weights += 3 * run.channels;
  }
  float* HWY_RESTRICT out = run.out + at + channel;
  (hn::Store(kRelu ? hn::Max(sums[kColumn], hn::Zero(d)) : sums[kColumn], d, out + kColumn * run.channels), ...);
}

template <bool kRelu, size_t kColumns>
HWY_NOINLINE void AllChannels(const Run& run, size_t at) {
  for (size_t channel = 0; channel < run.channels; channel += kLanes) {
    Block<kRelu>(run, at, channel, std::make_index_sequence<kColumns + 2>(), std::make_index_sequence<kColumns>());
  }
}

template <bool kRelu, size_t kColumns>
HWY_INLINE void BlockOfColumns(size_t columns, const Run& run, size_t at) {
  if constexpr (kColumns > 1) {
    if (columns < kColumns) return BlockOfColumns<kRelu, kColumns - 1>(columns, run, at);
  }
  AllChannels<kRelu, kColumns>(run, at);
}

// Blocks of equal width, give or take one: a narrow rest would run at a fraction of the speed.
template <bool kRelu>
void Row(const Run& run, size_t width) {
  const size_t blocks = (width + kMostColumns - 1) / kMostColumns;
  size_t x = 0;
  for (size_t left = blocks; left > 0; --left) {
    const size_t columns = (width - x + left - 1) / left;
    BlockOfColumns<kRelu, kMostColumns>(columns, run, x * run.channels);
    x += columns;
  }
}

void RunDepthwise(const std::array<const float*, 3>& rows, const float* weights, const float* bias, size_t channels,
                  bool is_relu, size_t width, float* out) {
  const Run run{{rows[0], rows[1], rows[2]}, weights, bias, channels, out};
  is_relu ? Row<true>(run, width) : Row<false>(run, width);
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(RunDepthwise);

Depthwise::Depthwise(const DepthwiseParams& numbers, int depth)
    : depth_(depth), is_relu_(numbers.is_relu), bias_(Padded(numbers.bias, depth, 0)) {
  constexpr size_t kTaps = 9;
  const auto row = static_cast<size_t>(depth);
  std::fill_n(weights_.Take(kTaps * row), kTaps * row, 0.0F);
  for (size_t i = 0; i < numbers.weights.size(); ++i) {
    weights_.data()[i % kTaps * row + i / kTaps] = numbers.weights[i];
  }
}

void Depthwise::Run(const std::array<const float*, 3>& rows, int width, float* out) const {
  HWY_DYNAMIC_DISPATCH(RunDepthwise)
  (rows, weights_.data(), bias_.data(), static_cast<size_t>(depth_), is_relu_, static_cast<size_t>(width), out);
}

}  // namespace faces::kernels
#endif
