#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "../fixtures.h"
#include "kernels/conv.h"
#include "kernels/separable.h"

// The definition of convolutions, for the tests of their kernels.
namespace naive {

using faces::kernels::DepthwiseParams;
using faces::kernels::LayerParams;
using faces::kernels::MapIn;
using faces::kernels::SeparableParams;

inline std::vector<float> Floats(size_t count, uint32_t seed) {
  fixtures::Random random(seed);
  std::vector<float> floats(count);
  for (float& value : floats) value = static_cast<float>(random.Uniform(-1, 1));
  return floats;
}

inline LayerParams SomeLayer(int outputs, int inputs, int kernel) {
  const auto count = static_cast<size_t>(outputs);
  LayerParams numbers{outputs, inputs, kernel, {}, Floats(count, 2), Floats(count, 3)};
  numbers.weights = Floats(count * static_cast<size_t>(inputs * kernel * kernel), 1);
  return numbers;
}

// In double. The published weights have columns before rows.
inline double At(const LayerParams& layer, const MapIn& in, int x, int y, int output) {
  double sum = layer.bias[static_cast<size_t>(output)];
  for (int ky = 0; ky < layer.kernel; ++ky) {
    for (int kx = 0; kx < layer.kernel; ++kx) {
      for (int i = 0; i < layer.inputs; ++i) {
        const int weight = ((output * layer.inputs + i) * layer.kernel + kx) * layer.kernel + ky;
        sum += static_cast<double>(layer.weights[static_cast<size_t>(weight)]) *
               static_cast<double>(in.data[static_cast<size_t>(y + ky) * in.row +
                                           static_cast<size_t>(x + kx) * in.pixel + static_cast<size_t>(i)]);
      }
    }
  }
  return sum < 0 && !layer.slopes.empty() ? sum * static_cast<double>(layer.slopes[static_cast<size_t>(output)]) : sum;
}

inline DepthwiseParams SomeDepthwise(int channels, bool is_relu) {
  const auto count = static_cast<size_t>(channels);
  return {channels, Floats(count * 9, 3), Floats(count, 4), is_relu};
}

inline SeparableParams SomeSeparable(int outputs, int inputs) {
  SeparableParams numbers{SomeLayer(outputs, inputs, 1), SomeDepthwise(outputs, true)};
  numbers.pointwise.slopes.clear();
  return numbers;
}

// In double. `rows` begin a pixel to the left of the first output.
inline double DepthwiseAt(const DepthwiseParams& layer, int depth, const std::array<const float*, 3>& rows, int x,
                          int channel) {
  double sum = layer.bias[static_cast<size_t>(channel)];
  for (size_t ky = 0; ky < 3; ++ky) {
    for (size_t kx = 0; kx < 3; ++kx) {
      const size_t at = (static_cast<size_t>(x) + kx) * static_cast<size_t>(depth) + static_cast<size_t>(channel);
      sum += static_cast<double>(layer.weights[static_cast<size_t>(channel) * 9 + ky * 3 + kx]) *
             static_cast<double>(rows[ky][at]);
    }
  }
  return layer.is_relu ? std::max(sum, 0.0) : sum;
}

// A map of pixels without gaps between them becomes another; beyond its borders the 1x1 layer's output counts as zero.
inline std::vector<float> SeparableMap(const SeparableParams& layer, const std::vector<float>& in, int width,
                                       int height) {
  const auto outputs = static_cast<size_t>(layer.pointwise.outputs);
  const auto inputs = static_cast<size_t>(layer.pointwise.inputs);
  const auto columns = static_cast<size_t>(width);
  const auto area = columns * static_cast<size_t>(height);
  std::vector<double> middle(area * outputs);
  for (size_t i = 0; i < middle.size(); ++i) {
    const MapIn pixel{in.data() + i / outputs * inputs, 0, inputs};
    middle[i] = At(layer.pointwise, pixel, 0, 0, static_cast<int>(i % outputs));
  }
  std::vector<float> out(area * outputs);
  for (size_t i = 0; i < out.size(); ++i) {
    const size_t channel = i % outputs;
    const auto x = static_cast<int>(i / outputs % columns);
    const auto y = static_cast<int>(i / outputs / columns);
    double sum = layer.depthwise.bias[channel];
    for (int ky = std::max(y - 1, 0); ky <= std::min(y + 1, height - 1); ++ky) {
      for (int kx = std::max(x - 1, 0); kx <= std::min(x + 1, width - 1); ++kx) {
        sum += static_cast<double>(
                   layer.depthwise.weights[channel * 9 + static_cast<size_t>((ky - y + 1) * 3 + kx - x + 1)]) *
               middle[static_cast<size_t>(ky * width + kx) * outputs + channel];
      }
    }
    out[i] = static_cast<float>(layer.depthwise.is_relu ? std::max(sum, 0.0) : sum);
  }
  return out;
}

}  // namespace naive
