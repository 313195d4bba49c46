#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "first_layer.h"
#include "layer.h"
#include "winograd.h"

namespace faces::fused {

/// P-Net over a tile of pixels. Not for use by two threads at once.
class PNet {
 public:
  /// `trunk`: the three convolutions, the first reading B, G, R. `heads`: outputs 0 and 1 are the logits of "none" and
  /// "face", 2 to 5 the regression.
  PNet(const std::vector<LayerNumbers>& trunk, const LayerNumbers& heads);

  /// Gives every window that scores over `threshold`, row by row: column, row, score and the regression's four numbers.
  using Use = std::function<void(int column, int row, float score, const float* regression)>;
  void Run(const uint8_t* bgr, int width, int height, float threshold, const Use& use);

 private:
  FirstLayer conv1_;
  Winograd conv2_;
  Winograd conv3_;
  Layer heads_;
  Buffer difference_;  // the weights of "face" less those of "none"
  float bias_difference_;
  Buffer pixels_;
  Buffer planes_;
  Buffer pooled_;
  Buffer second_;
  Buffer third_;
  Buffer answer_;
  std::vector<int> likely_;
};

}  // namespace faces::fused
