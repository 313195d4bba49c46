#pragma once

#include <initializer_list>

#include "models/mtcnn/pyramid.h"

/// Floating-point operations that the networks ask for, a multiply-add counted as two; what Winograd's scheme saves and
/// what tiles compute twice is not in it, so that engines are measured by the same work. Layers: paper, figure 2, with
/// the published weights' kernels.
namespace bench {

/// A convolution with stride 1 and no padding; a dense layer is one whose map has one pixel.
struct Layer {
  double outputs;
  double inputs;
  double kernel;  ///< side
  double pixels;  ///< of the output map
};

constexpr double FlopOf(std::initializer_list<Layer> layers) {
  double sum = 0;
  for (const Layer& layer : layers)
    sum += 2 * layer.outputs * layer.inputs * layer.kernel * layer.kernel * layer.pixels;
  return sum;
}

/// P-Net on a whole level, at least 12 x 12 pixels.
constexpr double PNetFlop(const faces::mtcnn::Level& level) {
  const auto pooled = [](int pixels) { return (pixels - 1) / 2; };
  const double first = (level.width - 2.0) * (level.height - 2.0);
  const double second = (pooled(level.width) - 2.0) * (pooled(level.height) - 2.0);
  const double windows = (pooled(level.width) - 4.0) * (pooled(level.height) - 4.0);
  return FlopOf({{10, 3, 3, first}, {16, 10, 3, second}, {32, 16, 3, windows}, {2 + 4, 32, 1, windows}});
}

/// For each crop.
constexpr double kRNetFlop =
    FlopOf({{28, 3, 3, 22 * 22}, {48, 28, 3, 9 * 9}, {64, 48, 2, 3 * 3}, {128, 64 * 3 * 3, 1, 1}, {2 + 4, 128, 1, 1}});
constexpr double kONetFlop = FlopOf({{32, 3, 3, 46 * 46},
                                     {64, 32, 3, 21 * 21},
                                     {64, 64, 3, 8 * 8},
                                     {128, 64, 2, 3 * 3},
                                     {256, 128 * 3 * 3, 1, 1},
                                     {2 + 4 + 10, 256, 1, 1}});

/// YuNet's separable convolution: 1x1, then 3x3 of each channel for itself.
constexpr double SeparableFlop(double outputs, double inputs, double pixels) {
  return FlopOf({{outputs, inputs, 1, pixels}, {outputs, 1, 3, pixels}});
}

/// YuNet's layers down to an eighth of the sides, on a picture filled up to so many pixels.
constexpr double YuNetStemFlop(double pixels) {
  return FlopOf({{16, 3, 3, pixels / 4}}) + SeparableFlop(16, 16, pixels / 4) + SeparableFlop(16, 16, pixels / 16) +
         SeparableFlop(64, 16, pixels / 16) + 2 * SeparableFlop(64, 64, pixels / 16);
}

/// The others: at each of three sizes two layers, a lateral one, one that the heads share, and the heads.
constexpr double YuNetTrunkFlop(double pixels) {
  double sum = 0;
  for (const double stride : {8, 16, 32}) {
    const double places = pixels / (stride * stride);
    sum += 4 * SeparableFlop(64, 64, places) + SeparableFlop(16, 64, places);
  }
  return sum;
}

}  // namespace bench
