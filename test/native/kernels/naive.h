#pragma once

#include <vector>

#include "../fixtures.h"
#include "kernels/conv.h"

// The definition of a convolution, for the tests of its kernels.
namespace naive {

using faces::kernels::LayerParams;
using faces::kernels::MapIn;

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

}  // namespace naive
