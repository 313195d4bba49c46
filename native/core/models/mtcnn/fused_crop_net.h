#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/crop_layer.h"
#include "kernels/layer.h"
#include "kernels/winograd.h"

namespace faces::mtcnn {

/// Runs R-Net or O-Net on crops. Not thread-safe.
class FusedCropNet {
 public:
  /// `side`: of a crop; `trunk`: the convolutions, the first reading B, G, R; `pools`: for each layer after the first,
  /// which has its own pool, the kernel of its max pooling, 0 for none; `dense` reads the last map as row, column,
  /// channel; `heads`: outputs 0 and 1 are the logits of "none" and "face", then regression and landmarks.
  FusedCropNet(int side, const std::vector<kernels::LayerParams>& trunk, const std::vector<int>& pools,
               const kernels::LayerParams& dense, const kernels::LayerParams& heads);

  /// `bgr`: `count` crops. Returns for each the score, then the other outputs of the heads; valid until the next call.
  const float* Run(const uint8_t* bgr, int count);

 private:
  struct Step {
    // Exactly one of these is set.
    std::optional<kernels::CropLayer> first;
    std::optional<kernels::Winograd> winograd;  // if its tiles fit
    std::optional<kernels::Layer> direct;
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
  size_t first_shared_ = 1;  // the first step that processes several crops at once
  kernels::Layer dense_;
  kernels::Layer heads_;
  kernels::Buffer maps_[2];
  kernels::Buffer unpooled_;
  kernels::Buffer shared_;
  kernels::Buffer features_;
  kernels::Buffer hidden_;
  kernels::Buffer outputs_;
  kernels::Buffer answers_;
};

}  // namespace faces::mtcnn
