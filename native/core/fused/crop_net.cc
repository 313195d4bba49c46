#include "crop_net.h"

#include <algorithm>

#include "conv.h"
#include "pool.h"
#include "softmax.h"

namespace faces::fused {
namespace {

constexpr size_t kColours = 3;

size_t MapSize(int side, size_t depth) { return static_cast<size_t>(side) * static_cast<size_t>(side) * depth; }
size_t Depth(const Layer& layer) { return static_cast<size_t>(layer.padded_outputs()); }

}  // namespace

CropNet::CropNet(int side, const std::vector<LayerNumbers>& trunk, const std::vector<int>& pools,
                 const LayerNumbers& dense, const LayerNumbers& heads)
    : side_(side), answer_size_(heads.outputs - 1), dense_(dense), heads_(heads) {
  for (size_t i = 0; i < trunk.size(); ++i) {
    const int conv_side = side - trunk[i].kernel + 1;
    const int out_side = pools[i] > 0 ? Pooled(conv_side, pools[i]) : conv_side;
    steps_.push_back({Layer(trunk[i]), {}, pools[i], side, conv_side, out_side});
    // Whole tiles only, and not for colours, whose few products would not pay for the transforms.
    if (trunk[i].kernel == 3 && conv_side % 3 == 0 && trunk[i].inputs >= 16) steps_.back().winograd.emplace(trunk[i]);
    side = out_side;
  }
}

// One crop through the convolutions: its maps, at most 270 KB of them, stay in the second-level cache.
void CropNet::Features(const uint8_t* bgr, float* features) {
  const size_t pixels = MapSize(side_, kColours);
  Normalize(bgr, pixels, maps_[0].Take(pixels));
  size_t depth = kColours;
  for (size_t i = 0; i < steps_.size(); ++i) {
    Step& step = steps_[i];
    const bool is_last = i + 1 == steps_.size();
    const size_t in_row = static_cast<size_t>(step.in_side) * depth;
    const float* in = maps_[0].data();
    depth = Depth(step.conv);
    const size_t conv_row = static_cast<size_t>(step.conv_side) * depth;
    float* conv = is_last && step.pool == 0 ? features : maps_[1].Take(MapSize(step.conv_side, depth));
    const MapIn from{in, in_row, in_row / static_cast<size_t>(step.in_side)};
    const MapOut to{conv, conv_row, depth};
    if (step.winograd) {
      step.winograd->Convolve(from, step.conv_side / 3, step.conv_side / 3, to);
    } else {
      Convolve(step.conv, from, step.conv_side, step.conv_side, to);
    }
    if (step.pool == 0) {
      std::swap(maps_[0], maps_[1]);
      continue;
    }
    float* out = is_last ? features : maps_[0].Take(MapSize(step.out_side, depth));
    MaxPool({conv, conv_row, depth}, step.conv_side, step.conv_side, static_cast<int>(depth), step.pool,
            {out, static_cast<size_t>(step.out_side) * depth, depth});
  }
}

const float* CropNet::Run(const uint8_t* bgr, int count) {
  const auto crops = static_cast<size_t>(count);
  const auto inputs = static_cast<size_t>(dense_.inputs());
  const auto answer_size = static_cast<size_t>(answer_size_);
  float* features = features_.Take(crops * inputs);
  for (size_t i = 0; i < crops; ++i) Features(bgr + i * MapSize(side_, kColours), features + i * inputs);
  float* hidden = hidden_.Take(crops * Depth(dense_));
  Convolve(dense_, {features, 0, inputs}, count, 1, {hidden, 0, Depth(dense_)});
  float* outputs = outputs_.Take(crops * Depth(heads_));
  Convolve(heads_, {hidden, 0, Depth(dense_)}, count, 1, {outputs, 0, Depth(heads_)});
  float* answers = answers_.Take(crops * answer_size);
  for (size_t i = 0; i < crops; ++i) {
    const float* output = outputs + i * Depth(heads_);
    answers[i * answer_size] = SecondShare(output[0], output[1]);
    std::copy(output + 2, output + 1 + answer_size, answers + i * answer_size + 1);
  }
  return answers;
}

}  // namespace faces::fused
