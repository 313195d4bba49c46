#include "layer.h"

#include <algorithm>

namespace faces::kernels {
namespace {

// 48 are three vectors of AVX-512 and six of AVX2; else two vectors of AVX-512, or one where there are so few outputs.
int BlockOf(int outputs) {
  if (outputs <= 16) return 16;
  return outputs > 32 && outputs <= 48 ? 48 : 32;
}

}  // namespace

Buffer Padded(const std::vector<float>& values, int count, float filler) {
  Buffer padded;
  std::fill_n(padded.Take(static_cast<size_t>(count)), count, filler);
  std::copy(values.begin(), values.end(), padded.data());
  return padded;
}

Layer::Layer(const LayerParams& numbers)
    : kernel_(numbers.kernel), inputs_(numbers.inputs), block_(BlockOf(numbers.outputs)) {
  blocks_ = (numbers.outputs + block_ - 1) / block_;
  float* weights = weights_.Take(static_cast<size_t>(blocks_) * BlockSize());
  std::fill_n(weights, static_cast<size_t>(blocks_) * BlockSize(), 0.0F);
  bias_ = Padded(numbers.bias, padded_outputs(), 0.0F);
  slopes_ = Padded(numbers.slopes, padded_outputs(), 1.0F);
  const auto side = static_cast<size_t>(kernel_);
  const auto inputs = static_cast<size_t>(inputs_);
  const auto block = static_cast<size_t>(block_);
  const float* from = numbers.weights.data();
  for (size_t out = 0; out < static_cast<size_t>(numbers.outputs); ++out) {
    for (size_t in = 0; in < inputs; ++in) {
      for (size_t x = 0; x < side; ++x) {
        for (size_t y = 0; y < side; ++y) {
          weights[out / block * BlockSize() + ((y * side + x) * inputs + in) * block + out % block] = *from++;
        }
      }
    }
  }
}

}  // namespace faces::kernels
