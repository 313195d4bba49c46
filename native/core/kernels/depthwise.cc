// A block of the output is a vector of channels of some pixels side by side, in one row or in two, each with an
// accumulator. Every input that they see is loaded once, and goes into all outputs that see it: with AVX-512 it is
// loading that limits.
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
// Pixels side by side. Beside their accumulators, the weights of a row of the input for each row of the output, the
// input itself and, without multiply-add, a product must find registers: 16 or 32.
template <size_t kRows>
constexpr size_t kMostColumns = kRows == 1 || HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64 ? 10 : 4;

// One call, with what the blocks have in common.
template <size_t kRows>
struct Run {
  std::array<const float*, kRows + 2> in;
  const float* weights;
  const float* bias;
  size_t channels;
  std::array<float*, kRows> out;
};

// The input at `kAt` into the sums of the outputs to its left, below it and to its right.
template <size_t kAt, size_t kColumns>
HWY_INLINE void AddInput(V input, const V (&w)[3], V (&sums)[kColumns]) {
  if constexpr (kAt >= 2) sums[kAt - 2] = hn::MulAdd(w[2], input, sums[kAt - 2]);
  if constexpr (kAt >= 1 && kAt <= kColumns) sums[kAt - 1] = hn::MulAdd(w[1], input, sums[kAt - 1]);
  if constexpr (kAt < kColumns) sums[kAt] = hn::MulAdd(w[0], input, sums[kAt]);
}

// Kept in a register: GCC would load it anew for each of its uses.
HWY_INLINE V LoadOnce(const float* from) {
  V loaded = hn::Load(D(), from);
#if HWY_COMPILER_GCC_ACTUAL && HWY_ARCH_X86
  __asm__("" : "+v"(loaded.raw));
#endif
  return loaded;
}

// Row `kUpper` of the input: the kernel's row of that number goes with it into the upper row of the output, the one
// before into the lower, as far as the kernel has them.
template <size_t kUpper, size_t kRows, size_t kColumns, size_t... kAt>
HWY_INLINE void AddRow(const Run<kRows>& run, size_t at, size_t channel, V (&upper)[kColumns], V (&lower)[kColumns],
                       std::index_sequence<kAt...>) {
  constexpr bool kIsInUpper = kUpper < 3;
  constexpr bool kIsInLower = kRows == 2 && kUpper > 0;
  const D d;
  const size_t pixel = run.channels;
  const float* HWY_RESTRICT weights = run.weights + channel;
  const float* HWY_RESTRICT of_upper = weights + (kIsInUpper ? kUpper * 3 : 0) * pixel;
  const float* HWY_RESTRICT of_lower = weights + (kIsInLower ? (kUpper - 1) * 3 : 0) * pixel;
  const V u[3] = {hn::Load(d, of_upper), hn::Load(d, of_upper + pixel), hn::Load(d, of_upper + 2 * pixel)};
  const V l[3] = {hn::Load(d, of_lower), hn::Load(d, of_lower + pixel), hn::Load(d, of_lower + 2 * pixel)};
  const float* HWY_RESTRICT from = run.in[kUpper] + at + channel;
  const auto add = [&](auto index, V input) HWY_ATTR {
    if constexpr (kIsInUpper) AddInput<index>(input, u, upper);
    if constexpr (kIsInLower) AddInput<index>(input, l, lower);
  };
  (add(std::integral_constant<size_t, kAt>(), LoadOnce(from + kAt * pixel)), ...);
}

template <bool kRelu, size_t kColumns, size_t... kColumn>
HWY_INLINE void Write(const V (&sums)[kColumns], float* HWY_RESTRICT out, size_t pixel,
                      std::index_sequence<kColumn...>) {
  const D d;
  (hn::Store(kRelu ? hn::Max(sums[kColumn], hn::Zero(d)) : sums[kColumn], d, out + kColumn * pixel), ...);
}

// Of every two columns of both rows the largest.
template <bool kRelu, size_t kColumns, size_t... kPair>
HWY_INLINE void WriteMaxima(const V (&upper)[kColumns], const V (&lower)[kColumns], float* HWY_RESTRICT out,
                            size_t pixel, std::index_sequence<kPair...>) {
  const auto largest = [&](auto pair) HWY_ATTR {
    constexpr size_t kAt = 2 * pair;
    return hn::Max(hn::Max(upper[kAt], upper[kAt + 1]), hn::Max(lower[kAt], lower[kAt + 1]));
  };
  const V maxima[] = {largest(std::integral_constant<size_t, kPair>())...};
  Write<kRelu>(maxima, out, pixel, std::index_sequence<kPair...>());
}

// Indices are template arguments, since GCC 12 keeps arrays indexed by loops in memory.
template <Output kOutput, bool kRelu, size_t kRows, size_t... kColumn>
HWY_INLINE void Block(const Run<kRows>& run, size_t at, size_t channel, std::index_sequence<kColumn...> columns) {
  const V bias = hn::Load(D(), run.bias + channel);
  V upper[] = {(static_cast<void>(kColumn), bias)...};
  V lower[] = {(static_cast<void>(kColumn), bias)...};
  const auto inputs = std::make_index_sequence<sizeof...(kColumn) + 2>();
  AddRow<0>(run, at, channel, upper, lower, inputs);
  AddRow<1>(run, at, channel, upper, lower, inputs);
  AddRow<2>(run, at, channel, upper, lower, inputs);
  if constexpr (kRows == 2) AddRow<3>(run, at, channel, upper, lower, inputs);
  if constexpr (kOutput == Output::kMaxima) {
    constexpr auto kPairs = std::make_index_sequence<sizeof...(kColumn) / 2>();
    WriteMaxima<kRelu>(upper, lower, run.out[0] + at / 2 + channel, run.channels, kPairs);
  } else {
    Write<kRelu>(upper, run.out[0] + at + channel, run.channels, columns);
    if constexpr (kRows == 2) Write<kRelu>(lower, run.out[1] + at + channel, run.channels, columns);
  }
}

template <Output kOutput, bool kRelu, size_t kColumns, size_t kRows>
HWY_NOINLINE void AllChannels(const Run<kRows>& run, size_t at) {
  for (size_t channel = 0; channel < run.channels; channel += kLanes) {
    Block<kOutput, kRelu>(run, at, channel, std::make_index_sequence<kColumns>());
  }
}

template <Output kOutput, bool kRelu, size_t kColumns, size_t kRows>
HWY_INLINE void BlockOfColumns(size_t columns, const Run<kRows>& run, size_t at) {
  constexpr size_t kStep = kOutput == Output::kMaxima ? 2 : 1;
  if constexpr (kColumns > kStep) {
    if (columns < kColumns) return BlockOfColumns<kOutput, kRelu, kColumns - kStep>(columns, run, at);
  }
  AllChannels<kOutput, kRelu, kColumns>(run, at);
}

// Blocks of equal width, give or take the least: a narrow rest would run at a fraction of the speed.
template <Output kOutput, bool kRelu, size_t kRows>
void AllColumns(const Run<kRows>& run, size_t width) {
  constexpr size_t kStep = kOutput == Output::kMaxima ? 2 : 1;
  constexpr size_t kMost = kMostColumns<kRows>;
  size_t x = 0;
  for (size_t left = (width + kMost - 1) / kMost; left > 0; --left) {
    const size_t steps = (width - x) / kStep;
    const size_t columns = (steps + left - 1) / left * kStep;
    BlockOfColumns<kOutput, kRelu, kMost>(columns, run, x * run.channels);
    x += columns;
  }
}

template <Output kOutput, size_t kRows>
void AllColumns(const Run<kRows>& run, size_t width, bool is_relu) {
  is_relu ? AllColumns<kOutput, true>(run, width) : AllColumns<kOutput, false>(run, width);
}

void RunDepthwise(Output output, const std::array<const float*, 4>& in, const float* weights, const float* bias,
                  size_t channels, bool is_relu, size_t width, float* out) {
  if (output == Output::kRow) {
    return AllColumns<Output::kRow>(Run<1>{{in[0], in[1], in[2]}, weights, bias, channels, {out}}, width, is_relu);
  }
  const Run<2> run{in, weights, bias, channels, {out, out + width * channels}};
  if (output == Output::kTwoRows) return AllColumns<Output::kTwoRows>(run, width, is_relu);
  AllColumns<Output::kMaxima>(run, width, is_relu);
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

void Depthwise::Run(Output output, const std::array<const float*, 4>& in, int width, float* out) const {
  HWY_DYNAMIC_DISPATCH(RunDepthwise)
  (output, in, weights_.data(), bias_.data(), static_cast<size_t>(depth_), is_relu_, static_cast<size_t>(width), out);
}

}  // namespace faces::kernels
#endif
