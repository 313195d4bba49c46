#pragma once

#include <cstddef>
#include <vector>

#include "buffer.h"

namespace faces::kernels {

/// A convolution's published numbers, or a dense layer's (kernel 1, one pixel of `inputs` channels).
struct LayerParams {
  int outputs = 0;             ///< channels
  int inputs = 0;              ///< channels
  int kernel = 1;              ///< side
  std::vector<float> weights;  ///< outputs x inputs x kernel (columns of the picture) x kernel (rows)
  std::vector<float> bias;     ///< outputs
  std::vector<float> slopes;   ///< of PReLU, one for each output; empty: none follows
};

/// `values`, and `filler` behind them, up to `count`.
Buffer Padded(const std::vector<float>& values, int count, float filler);

/// A layer as the kernels read it: [block of output channels][row][column][input channel][lane], rows and columns those
/// of the upright picture. The block does not depend on the vector's length, so one packing serves every instruction
/// set. Unused lanes hold zeros: they come out as zeros.
class Layer {
 public:
  Layer() = default;
  explicit Layer(const LayerParams& numbers);

  int kernel() const { return kernel_; }
  int inputs() const { return inputs_; }
  /// Output channels, filled up to whole blocks: the distance of two pixels in what the layer writes.
  int padded_outputs() const { return blocks_ * block_; }
  int block() const { return block_; }
  int blocks() const { return blocks_; }
  const float* weights(int block) const { return weights_.data() + static_cast<size_t>(block) * BlockSize(); }
  const float* bias(int block) const { return bias_.data() + std::ptrdiff_t{block} * block_; }
  const float* slopes(int block) const { return slopes_.data() + std::ptrdiff_t{block} * block_; }

 private:
  size_t BlockSize() const {
    return static_cast<size_t>(kernel_) * static_cast<size_t>(kernel_) * static_cast<size_t>(inputs_) *
           static_cast<size_t>(block_);
  }

  int kernel_ = 1;
  int inputs_ = 0;
  int block_ = 0;
  int blocks_ = 0;
  Buffer weights_;
  Buffer bias_;
  Buffer slopes_;
};

}  // namespace faces::kernels
