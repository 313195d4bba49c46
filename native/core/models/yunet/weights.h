#pragma once

#include <vector>

#include "kernels/separable.h"

namespace faces::yunet {

/// The network's published numbers: the first layer (3x3 in steps of two, from B, G, R) and the separable ones.
struct Params {
  kernels::LayerParams first;
  std::vector<kernels::SeparableParams> layers;  ///< as many as kLayers, in the order of the indices below
};

// Where the layers of each size of map begin: a half and a quarter of the picture's sides, then an eighth and so on.
constexpr size_t kStemLayers = 0;       ///< five; the first at a half
constexpr size_t kEighthLayers = 5;     ///< two
constexpr size_t kSixteenthLayers = 7;  ///< two
constexpr size_t kThirtySecondLayers = 9;
constexpr size_t kLaterals = 11;  ///< one each at a thirty-second, a sixteenth, an eighth, in this order
constexpr size_t kShared = 14;    ///< one each at an eighth, a sixteenth, a thirty-second
constexpr size_t kHeads = 17;     ///< the same; the outputs are class, object, box and points, 16 channels
constexpr size_t kLayers = 20;

/// Channels of the maps from a quarter of the sides on.
constexpr int kChannels = 64;
constexpr int kHeadChannels = 16;

/// The same, packed. Any number of threads may read them at once.
struct Weights {
  explicit Weights(const Params& params) : first(params.first), layers(params.layers.begin(), params.layers.end()) {}

  kernels::Layer first;
  std::vector<kernels::Separable> layers;
};

}  // namespace faces::yunet
