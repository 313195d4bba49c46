#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crop_layer.h"
#include "layer.h"
#include "winograd.h"

namespace faces::fused {

/// R-Net or O-Net over crops. Not for use by two threads at once.
class CropNet {
 public:
  /// `side` of a crop; `trunk`: the convolutions, the first reading B, G, R; `pools`: for each after the
  /// first, which has its own, the kernel of the maximum over its output, 0 for none; `dense` reads the last map as
  /// row, column, channel; `heads`: outputs 0 and 1 are the logits of "none" and "face", then regression and landmarks.
  CropNet(int side, const std::vector<LayerNumbers>& trunk, const std::vector<int>& pools, const LayerNumbers& dense,
          const LayerNumbers& heads);

  /// `bgr`: `count` crops. Gives for each the score, then all other outputs of the heads; valid until the next call.
  const float* Run(const uint8_t* bgr, int count);

 private:
  struct Step {
    // One of these.
    std::optional<CropLayer> first;
    std::optional<Winograd> winograd;  // where its tiles fit
    std::optional<Layer> direct;
    int pool;
    int in_side;
    int conv_side;
    int out_side;
    size_t in_depth;
    size_t depth;
  };

  void Apply(Step& step, const float* in, int maps, float* out);
  void Pool(const Step& step, const float* conv, float* out) const;
  void Features(const uint8_t* bgr, int count, float* features);

  int side_;
  int answer_size_;
  std::vector<Step> steps_;
  size_t first_shared_ = 1;  // the first step that takes several crops at once
  Layer dense_;
  Layer heads_;
  Buffer maps_[2];
  Buffer unpooled_;
  Buffer shared_;
  Buffer features_;
  Buffer hidden_;
  Buffer outputs_;
  Buffer answers_;
};

}  // namespace faces::fused
