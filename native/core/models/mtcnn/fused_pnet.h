#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/first_layer.h"
#include "kernels/layer.h"
#include "kernels/winograd.h"

namespace faces::mtcnn {

/// Runs P-Net on a tile of pixels. Not thread-safe.
class FusedPNet {
 public:
  /// `trunk`: the three convolutions, the first reading B, G, R. `heads`: outputs 0 and 1 are the logits of "none" and
  /// "face", 2 to 5 the regression.
  FusedPNet(const std::vector<kernels::LayerParams>& trunk, const kernels::LayerParams& heads);

  /// Calls `use` for every window with a score over `threshold`, row by row: column, row, score and the four regression
  /// values.
  using Use = std::function<void(int column, int row, float score, const float* regression)>;
  void Run(const uint8_t* bgr, int width, int height, float threshold, const Use& use);

 private:
  kernels::FirstLayer conv1_;
  kernels::Winograd conv2_;
  kernels::Winograd conv3_;
  kernels::Layer heads_;
  kernels::Buffer difference_;  // the weights of "face" minus those of "none"
  float bias_difference_;
  kernels::Buffer pixels_;
  kernels::Buffer planes_;
  kernels::Buffer pooled_;
  kernels::Buffer second_;
  kernels::Buffer third_;
  kernels::Buffer answer_;
  std::vector<int> likely_;
};

}  // namespace faces::mtcnn
