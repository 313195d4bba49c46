// Register tiling. A block of the output is V vectors of channels times P pixels, each with an accumulator of its own
// in a register. A step takes one input channel of one kernel position: V loads of weights, P broadcasts, V x P fused
// multiply-adds. So that multiplying is what limits, V x P must cover the unit's latency and exceed the loads, V + P,
// about twofold; and V x P + V + 1 registers must do: 2 x 12 or 3 x 9 of AVX-512's 32, 2 x 6 of AVX2's 16.
#include "conv.h"

#include <algorithm>
#include <utility>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

// Accumulators and vectors of channels in a block, by the number of registers.
#if HWY_TARGET <= HWY_AVX3
constexpr int kAccumulators = 27;
constexpr int kMostVectors = 3;
#elif HWY_ARCH_ARM_A64
constexpr int kAccumulators = 24;
constexpr int kMostVectors = 4;
#elif HWY_TARGET == HWY_AVX2
constexpr int kAccumulators = 12;
constexpr int kMostVectors = 2;
#else
constexpr int kAccumulators = 10;  // SSE4 needs one more for the product
constexpr int kMostVectors = 2;
#endif

constexpr int VectorsOf(int block) {
  int vectors = block / kLanes < kMostVectors ? block / kLanes : kMostVectors;
  while (block / kLanes % vectors != 0) --vectors;
  return vectors;
}

constexpr int PixelsOf(int vectors) { return kAccumulators / vectors < 16 ? kAccumulators / vectors : 16; }

// What becomes of the sums. kNothing: no bias either.
enum class Epilogue { kPRelu, kRelu, kBias, kNothing };

// One call, with what the blocks have in common.
struct Run {
  size_t in_row;
  size_t in_pixel;
  size_t out_row;
  size_t out_pixel;
  int kernel;
  int runs;   // stretches of a kernel's row whose inputs lie side by side: 1, or one for each column
  int run;    // length of such a stretch
  int block;  // lanes from one step's weights to the next's
};

// kPixel: Run::in_pixel where it is known when compiling, which makes of the pixels' addresses constants; else 0.
// Indices are template arguments all the way, since GCC 12 keeps arrays indexed by loops in memory.
template <Epilogue kEpilogue, int kPixel, int kVectors, int kColumns, size_t... kVector, size_t... kIndex>
HWY_INLINE void Block(const Run& run, const float* HWY_RESTRICT in, const float* HWY_RESTRICT weights,
                      const float* HWY_RESTRICT bias, const float* HWY_RESTRICT slopes, float* HWY_RESTRICT out,
                      std::index_sequence<kVector...>, std::index_sequence<kIndex...>) {
  const D d;
  const size_t pixel = kPixel > 0 ? static_cast<size_t>(kPixel) : run.in_pixel;
  const size_t row = run.in_row;
  const auto step = static_cast<size_t>(run.block);
  V sums[sizeof...(kIndex)] = {kEpilogue == Epilogue::kNothing ? hn::Zero(d)
                                                               : hn::Load(d, bias + kIndex % kVectors * kLanes)...};
  for (int y = 0; y < run.kernel; ++y) {
    const float* HWY_RESTRICT start = in + static_cast<size_t>(y) * row;
    for (int x = 0; x < run.runs; ++x, start += pixel) {
      const float* HWY_RESTRICT from = start;
      for (int i = 0; i < run.run; ++i, ++from, weights += step) {
#if HWY_COMPILER_GCC
        // Neighbouring pixels share inputs between steps, and GCC would keep them all in registers that it has not.
        __asm__("" : "+r"(from));
#endif
        const V w[kVectors] = {hn::Load(d, weights + kVector * kLanes)...};
        ((sums[kIndex] =
              hn::MulAdd(hn::Set(d, from[kIndex / kVectors / kColumns * row + kIndex / kVectors % kColumns * pixel]),
                         w[kIndex % kVectors], sums[kIndex])),
         ...);
      }
    }
  }
  if constexpr (kEpilogue != Epilogue::kPRelu) {
    ((hn::StoreU(kEpilogue == Epilogue::kRelu ? hn::Max(sums[kIndex], hn::Zero(d)) : sums[kIndex], d,
                 out + kIndex / kVectors / kColumns * run.out_row + kIndex / kVectors % kColumns * run.out_pixel +
                     kIndex % kVectors * kLanes)),
     ...);
    return;
  }
  const V slope[kVectors] = {hn::Load(d, slopes + kVector * kLanes)...};
  const V zero = hn::Zero(d);
  ((hn::StoreU(
       hn::IfThenElse(hn::Lt(sums[kIndex], zero), hn::Mul(sums[kIndex], slope[kIndex % kVectors]), sums[kIndex]), d,
       out + kIndex / kVectors / kColumns * run.out_row + kIndex / kVectors % kColumns * run.out_pixel +
           kIndex % kVectors * kLanes)),
   ...);
}

template <Epilogue kEpilogue, int kPixel, int kVectors, int kColumns, int kRows>
HWY_NOINLINE void FixedBlock(const Run& run, const float* in, const float* weights, const float* bias,
                             const float* slopes, float* out) {
  Block<kEpilogue, kPixel, kVectors, kColumns>(run, in, weights, bias, slopes, out,
                                               std::make_index_sequence<kVectors>(),
                                               std::make_index_sequence<size_t{kVectors} * kColumns * kRows>());
}

template <Epilogue kEpilogue, int kPixel, int kVectors, int kColumns>
HWY_INLINE void BlockOfColumns(int columns, const Run& run, const float* in, const float* weights, const float* bias,
                               const float* slopes, float* out) {
  if constexpr (kColumns > 1) {
    if (columns < kColumns) {
      return BlockOfColumns<kEpilogue, kPixel, kVectors, kColumns - 1>(columns, run, in, weights, bias, slopes, out);
    }
  }
  FixedBlock<kEpilogue, kPixel, kVectors, kColumns, 1>(run, in, weights, bias, slopes, out);
}

// The last layers' maps are three pixels wide: several rows make a block.
constexpr int kNarrow = 3;

template <Epilogue kEpilogue, int kPixel, int kVectors>
void Narrow(const Run& run, const float* in, const float* weights, const float* bias, const float* slopes, float* out,
            int height) {
  constexpr int kRows = std::min(PixelsOf(kVectors) / kNarrow, 3);
  int y = 0;
  for (; y + kRows <= height; y += kRows) {
    const auto at = static_cast<size_t>(y);
    FixedBlock<kEpilogue, kPixel, kVectors, kNarrow, kRows>(run, in + at * run.in_row, weights, bias, slopes,
                                                            out + at * run.out_row);
  }
  for (; y < height; ++y) {
    const auto at = static_cast<size_t>(y);
    FixedBlock<kEpilogue, kPixel, kVectors, kNarrow, 1>(run, in + at * run.in_row, weights, bias, slopes,
                                                        out + at * run.out_row);
  }
}

// Rows are cut into blocks of equal width, give or take one: a narrow rest would run at a fraction of the speed.
template <Epilogue kEpilogue, int kPixel, int kVectors>
void Rows(const Run& run, const float* in, const float* weights, const float* bias, const float* slopes, float* out,
          int width, int height) {
  constexpr int kMost = PixelsOf(kVectors);
  if constexpr (kMost >= kNarrow) {
    if (width == kNarrow && height > 1)
      return Narrow<kEpilogue, kPixel, kVectors>(run, in, weights, bias, slopes, out, height);
  }
  const int blocks = (width + kMost - 1) / kMost;
  for (int y = 0; y < height; ++y, in += run.in_row, out += run.out_row) {
    int x = 0;
    for (int i = 0; i < blocks; ++i) {
      const int columns = (width - x + blocks - i - 1) / (blocks - i);
      BlockOfColumns<kEpilogue, kPixel, kVectors, kMost>(columns, run, in + static_cast<size_t>(x) * run.in_pixel,
                                                         weights, bias, slopes,
                                                         out + static_cast<size_t>(x) * run.out_pixel);
      x += columns;
    }
  }
}

template <Epilogue kEpilogue, int kPixel, int kBlock>
void Blocks(const Layer& layer, const Run& run, const float* in, float* out, int width, int height) {
  constexpr int kVectors = VectorsOf(kBlock);
  constexpr int kStep = kVectors * kLanes;
  for (int block = 0; block < layer.blocks(); ++block) {
    for (int lane = 0; lane < kBlock; lane += kStep) {
      Rows<kEpilogue, kPixel, kVectors>(run, in, layer.weights(block) + lane, layer.bias(block) + lane,
                                        layer.slopes(block) + lane, out + std::ptrdiff_t{block} * kBlock + lane, width,
                                        height);
    }
  }
}

Run RunOf(const Layer& layer, const MapIn& in, const MapOut& out) {
  const bool is_dense = in.pixel == static_cast<size_t>(layer.inputs());
  return {in.row,
          in.pixel,
          out.row,
          out.pixel,
          layer.kernel(),
          is_dense ? 1 : layer.kernel(),
          is_dense ? layer.kernel() * layer.inputs() : layer.inputs(),
          layer.block()};
}

void Convolve(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  const Run run = RunOf(layer, in, out);
  const auto run_blocks = [&](auto* blocks) { blocks(layer, run, in.data, out.data, width, height); };
  // The distances of the three networks' pixels, then any other.
  switch (layer.block()) {
    case 16:
      if (in.pixel == 3) return run_blocks(&Blocks<Epilogue::kPRelu, 3, 16>);
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kPRelu, 16, 16>);
      if (in.pixel == 32) return run_blocks(&Blocks<Epilogue::kPRelu, 32, 16>);
      return run_blocks(&Blocks<Epilogue::kPRelu, 0, 16>);
    case 48:
      if (in.pixel == 32) return run_blocks(&Blocks<Epilogue::kPRelu, 32, 48>);
      return run_blocks(&Blocks<Epilogue::kPRelu, 0, 48>);
    default:
      if (in.pixel == 3) return run_blocks(&Blocks<Epilogue::kPRelu, 3, 32>);
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kPRelu, 16, 32>);
      if (in.pixel == 32) return run_blocks(&Blocks<Epilogue::kPRelu, 32, 32>);
      if (in.pixel == 48) return run_blocks(&Blocks<Epilogue::kPRelu, 48, 32>);
      if (in.pixel == 64) return run_blocks(&Blocks<Epilogue::kPRelu, 64, 32>);
      if (in.pixel == 576) return run_blocks(&Blocks<Epilogue::kPRelu, 576, 32>);
      if (in.pixel == 1152) return run_blocks(&Blocks<Epilogue::kPRelu, 1152, 32>);
      return run_blocks(&Blocks<Epilogue::kPRelu, 0, 32>);
  }
}

// Winograd's tiles: the distances of their pixels in the three networks, then any other.
void Multiply(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  const Run run = RunOf(layer, in, out);
  const auto run_blocks = [&](auto* blocks) { blocks(layer, run, in.data, out.data, width, height); };
  switch (layer.block()) {
    case 16:
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kNothing, 16, 16>);
      return run_blocks(&Blocks<Epilogue::kNothing, 0, 16>);
    case 48:
      if (in.pixel == 32) return run_blocks(&Blocks<Epilogue::kNothing, 32, 48>);
      return run_blocks(&Blocks<Epilogue::kNothing, 0, 48>);
    default:
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kNothing, 16, 32>);
      if (in.pixel == 32) return run_blocks(&Blocks<Epilogue::kNothing, 32, 32>);
      if (in.pixel == 48) return run_blocks(&Blocks<Epilogue::kNothing, 48, 32>);
      if (in.pixel == 64) return run_blocks(&Blocks<Epilogue::kNothing, 64, 32>);
      if (in.pixel == 80) return run_blocks(&Blocks<Epilogue::kNothing, 80, 32>);
      if (in.pixel == 144) return run_blocks(&Blocks<Epilogue::kNothing, 144, 32>);
      return run_blocks(&Blocks<Epilogue::kNothing, 0, 32>);
  }
}

// The distances of YuNet's pixels, then any other.
void Project(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  const Run run = RunOf(layer, in, out);
  const auto run_blocks = [&](auto* blocks) { blocks(layer, run, in.data, out.data, width, height); };
  switch (layer.block()) {
    case 16:
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kBias, 16, 16>);
      if (in.pixel == 64) return run_blocks(&Blocks<Epilogue::kBias, 64, 16>);
      return run_blocks(&Blocks<Epilogue::kBias, 0, 16>);
    case 48:
      return run_blocks(&Blocks<Epilogue::kBias, 0, 48>);
    default:
      if (in.pixel == 16) return run_blocks(&Blocks<Epilogue::kBias, 16, 32>);
      if (in.pixel == 64) return run_blocks(&Blocks<Epilogue::kBias, 64, 32>);
      return run_blocks(&Blocks<Epilogue::kBias, 0, 32>);
  }
}

// A block's pixels lie two pixels of the input apart; a kernel's row is one run of inputs.
void ConvolveByTwo(const Layer& layer, const float* in, size_t row, int width, float* out) {
  const auto inputs = static_cast<size_t>(layer.inputs());
  const Run run{row,
                2 * inputs,
                0,
                static_cast<size_t>(layer.padded_outputs()),
                layer.kernel(),
                1,
                layer.kernel() * layer.inputs(),
                layer.block()};
  const auto run_blocks = [&](auto* blocks) { blocks(layer, run, in, out, width, 1); };
  switch (layer.block()) {
    case 16:
      if (inputs == 3) return run_blocks(&Blocks<Epilogue::kRelu, 6, 16>);
      return run_blocks(&Blocks<Epilogue::kRelu, 0, 16>);
    case 48:
      return run_blocks(&Blocks<Epilogue::kRelu, 0, 48>);
    default:
      return run_blocks(&Blocks<Epilogue::kRelu, 0, 32>);
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(Convolve);
HWY_EXPORT(Multiply);
HWY_EXPORT(Project);
HWY_EXPORT(ConvolveByTwo);

void Convolve(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  HWY_DYNAMIC_DISPATCH(Convolve)(layer, in, width, height, out);
}

void Multiply(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  HWY_DYNAMIC_DISPATCH(Multiply)(layer, in, width, height, out);
}

void Project(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out) {
  HWY_DYNAMIC_DISPATCH(Project)(layer, in, width, height, out);
}

void ConvolveByTwo(const Layer& layer, const float* in, size_t row, int width, float* out) {
  HWY_DYNAMIC_DISPATCH(ConvolveByTwo)(layer, in, row, width, out);
}

}  // namespace faces::kernels
#endif
