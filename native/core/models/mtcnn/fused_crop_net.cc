#include "fused_crop_net.h"

#include <algorithm>

#include "kernels/conv.h"
#include "kernels/pool.h"
#include "kernels/softmax.h"

namespace faces::mtcnn {
namespace {

using namespace kernels;

constexpr size_t kColours = 3;

// Crops processed together in the later layers: their tiles fill whole blocks in each of these layers (conv.cc).
constexpr int kGroup = 6;

// Layers with maps of up to this many floats process a group at once: the group's maps, transforms included, stay in
// the second-level cache.
constexpr size_t kSharedMap = 8192;

// Side of Winograd's tiles for a map of this side; 0 if they do not fit exactly, or if there are too few inputs to pay
// for the transforms.
int WinogradTile(const LayerParams& params, int side) {
  if (params.inputs < 16) return 0;
  if (side % 3 == 0 && (params.kernel == 2 || params.kernel == 3)) return 3;
  return side % 4 == 0 && params.kernel == 3 ? 4 : 0;
}

size_t MapSize(int side, size_t depth) { return static_cast<size_t>(side) * static_cast<size_t>(side) * depth; }
size_t Depth(const Layer& layer) { return static_cast<size_t>(layer.padded_outputs()); }

}  // namespace

FusedCropNet::FusedCropNet(int side, const std::vector<LayerParams>& trunk, const std::vector<int>& pools,
                           const LayerParams& dense, const LayerParams& heads)
    : side_(side), answer_size_(heads.outputs - 1), dense_(dense), heads_(heads) {
  size_t depth = kColours;
  for (size_t i = 0; i < trunk.size(); ++i) {
    Step step{{}, {}, {}, i == 0 ? 0 : pools[i - 1], side, side - trunk[i].kernel + 1, 0, depth, 0};
    step.out_side = step.pool > 0 ? Pooled(step.conv_side, step.pool) : step.conv_side;
    if (i == 0) {
      step.first.emplace(trunk[i], side);
      step.out_side = step.first->out_side();
      step.depth = static_cast<size_t>(step.first->padded_outputs());
    } else if (const int tile = WinogradTile(trunk[i], step.conv_side); tile > 0) {
      step.winograd.emplace(trunk[i], tile);
      step.depth = static_cast<size_t>(step.winograd->padded_outputs());
    } else {
      step.direct.emplace(trunk[i]);
      step.depth = Depth(*step.direct);
    }
    if (MapSize(step.conv_side, step.depth) > kSharedMap) first_shared_ = i + 1;
    side = step.out_side;
    depth = step.depth;
    steps_.push_back(std::move(step));
  }
}

void FusedCropNet::Pool(const Step& step, const float* conv, float* out) const {
  const size_t conv_row = static_cast<size_t>(step.conv_side) * step.depth;
  const size_t out_row = static_cast<size_t>(step.out_side) * step.depth;
  MaxPool({conv, conv_row, step.depth}, step.conv_side, step.conv_side, static_cast<int>(step.depth), step.pool,
          {out, out_row, step.depth});
}

void FusedCropNet::Apply(Step& step, const float* in, int maps, float* out) {
  const size_t in_map = MapSize(step.in_side, step.in_depth);
  const size_t conv_map = MapSize(step.conv_side, step.depth);
  const size_t in_row = static_cast<size_t>(step.in_side) * step.in_depth;
  const size_t conv_row = static_cast<size_t>(step.conv_side) * step.depth;
  float* conv = step.pool > 0 ? unpooled_.Take(static_cast<size_t>(maps) * conv_map) : out;
  if (step.winograd) {
    const int tiles = step.conv_side / step.winograd->tile();
    step.winograd->Convolve({in, in_row, step.in_depth}, {tiles, tiles, maps, in_map, conv_map},
                            {conv, conv_row, step.depth});
  }
  for (size_t map = 0; map < static_cast<size_t>(maps); ++map) {
    float* from = conv + map * conv_map;
    if (step.direct) {
      Convolve(*step.direct, {in + map * in_map, in_row, step.in_depth}, step.conv_side, step.conv_side,
               {from, conv_row, step.depth});
    }
    if (step.pool > 0) Pool(step, from, out + map * MapSize(step.out_side, step.depth));
  }
}

// The first steps process one crop at a time, so that its maps, at most 113 KB, stay in the second-level cache; the
// others have few tiles per crop and more weights than maps, and process all crops at once.
void FusedCropNet::Features(const uint8_t* bgr, int count, float* features) {
  const auto out_size = [&](size_t i) { return MapSize(steps_[i].out_side, steps_[i].depth); };
  const size_t shared_size = out_size(first_shared_ - 1);
  float* shared = shared_.Take(static_cast<size_t>(count) * shared_size);
  const size_t pixels = MapSize(side_, kColours);
  for (size_t crop = 0; crop < static_cast<size_t>(count); ++crop) {
    const float* in = nullptr;
    for (size_t i = 0; i < first_shared_; ++i) {
      const bool is_last = i + 1 == first_shared_;
      float* out = is_last ? shared + crop * shared_size : maps_[i % 2].Take(out_size(i));
      if (i == 0) {
        steps_[i].first->Run(bgr + crop * pixels, out);
      } else {
        Apply(steps_[i], in, 1, out);
      }
      in = out;
    }
  }
  const float* in = shared;
  for (size_t i = first_shared_; i < steps_.size(); ++i) {
    const bool is_last = i + 1 == steps_.size();
    float* out = is_last ? features : maps_[i % 2].Take(static_cast<size_t>(count) * out_size(i));
    Apply(steps_[i], in, count, out);
    in = out;
  }
}

const float* FusedCropNet::Run(const uint8_t* bgr, int count) {
  const auto crops = static_cast<size_t>(count);
  const auto inputs = static_cast<size_t>(dense_.inputs());
  const auto answer_size = static_cast<size_t>(answer_size_);
  float* features = features_.Take(crops * inputs);
  for (int first = 0; first < count; first += kGroup) {
    const auto at = static_cast<size_t>(first);
    Features(bgr + at * MapSize(side_, kColours), std::min(kGroup, count - first), features + at * inputs);
  }
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

}  // namespace faces::mtcnn
