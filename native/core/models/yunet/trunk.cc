#include "trunk.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/pool.h"
#include "kernels/upsample.h"

namespace faces::yunet {
namespace {

using namespace kernels;

// When a row 2i of the sixteenth is added to, 2i + 7 is the newest: two layers and the lateral one look ahead by a row
// of the thirty-second each. When a row 4i - 2 of the eighth is, 4i + 19 is the newest, by two more layers at either
// size.
constexpr int kSixteenthRows = 8;
constexpr int kEighthRows = 22;

// What both logits must exceed where the root of their sigmoids' product exceeds `threshold`, less a margin for what
// floats are off by.
float LowestLogit(float threshold) {
  const double share = static_cast<double>(threshold) * std::abs(static_cast<double>(threshold)) - 1e-6;
  if (share <= 0) return -std::numeric_limits<float>::infinity();
  return static_cast<float>(std::log(share / (1 - std::min(share, 1 - 1e-6))) - 1e-3);
}

std::vector<Chain::Layer> Layers(const Weights& weights, const std::vector<size_t>& indices, Output output) {
  std::vector<Chain::Layer> layers;
  layers.reserve(indices.size());
  for (const size_t index : indices) layers.push_back({&weights.layers[index], output});
  return layers;
}

// Of the row `upper` of a map of `width` columns, and the one behind it in memory.
const float* LargestOfFour(const float* upper, int width, Buffer& pooled) {
  constexpr size_t kPixel = kChannels;
  MaxPool({upper, static_cast<size_t>(width) * kPixel, kPixel}, width, 2, kChannels, 2, {pooled.data(), 0, kPixel});
  return pooled.data();
}

float Sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

// Rows of the sixteenth and of the coarser map fit into the first-level cache, and each that they are behind costs the
// finer ones memory.
Trunk::Trunk(const Weights& weights)
    : eighth_(Layers(weights, {kEighthLayers, kEighthLayers + 1}, Output::kTwoRows),
              [this](const float* row) { TakeEighth(row); }),
      sixteenth_(Layers(weights, {kSixteenthLayers, kSixteenthLayers + 1}, Output::kRow),
                 [this](const float* row) { TakeSixteenth(row); }),
      thirty_second_(Layers(weights, {kThirtySecondLayers, kThirtySecondLayers + 1, kLaterals}, Output::kRow),
                     [this](const float* row) { TakeThirtySecondLateral(row); }),
      lateral16_(Layers(weights, {kLaterals + 1}, Output::kRow),
                 [this](const float* row) { TakeSixteenthLateral(row); }),
      finest_(Layers(weights, {kLaterals + 2, kShared, kHeads}, Output::kTwoRows),
              [this](const float* row) { TakeHeads(0, row); }),
      heads16_(Layers(weights, {kShared + 1, kHeads + 1}, Output::kRow),
               [this](const float* row) { TakeHeads(1, row); }),
      heads32_(Layers(weights, {kShared + 2, kHeads + 2}, Output::kRow),
               [this](const float* row) { TakeHeads(2, row); }) {}

void Trunk::Start(int width, int height, float threshold) {
  width_ = width;
  const auto whole = [](int columns) { return Strip{0, columns, columns}; };
  eighth_.Start(whole(width), height);
  sixteenth_.Start(whole(width / 2), height / 2);
  thirty_second_.Start(whole(width / 4), height / 4);
  lateral16_.Start(whole(width / 2), height / 2);
  finest_.Start(whole(width), height);
  heads16_.Start(whole(width / 2), height / 2);
  heads32_.Start(whole(width / 4), height / 4);
  const size_t row = static_cast<size_t>(width) * kChannels;
  eighth_rows_.Start(row, kEighthRows);
  sixteenth_rows_.Start(row / 2, kSixteenthRows);
  sum8_.Take(row);
  sum16_.Take(row / 2);
  pooled8_.Take(row / 2);
  pooled16_.Take(row / 4);
  eighth_count_ = sixteenth_count_ = eighth_added_ = sixteenth_added_ = 0;
  eighth_.WriteTo(eighth_rows_.Row(0));
  sixteenth_.WriteTo(sixteenth_rows_.Row(0));
  lowest_logit_ = LowestLogit(threshold);
  head_rows_.fill(0);
  for (std::vector<Place>& places : found_) places.clear();
}

void Trunk::Push(const float* row, const CancelFlag& cancel) {
  cancel_ = &cancel;
  Checkpoint(cancel);
  eighth_.Push(row);
}

void Trunk::TakeEighth(const float* row) {
  const bool is_pair = ++eighth_count_ % 2 == 0;
  eighth_.WriteTo(eighth_rows_.Row(eighth_count_));
  if (is_pair) sixteenth_.Push(LargestOfFour(row - eighth_rows_.row(), width_, pooled8_));
}

void Trunk::TakeSixteenth(const float* row) {
  const bool is_pair = ++sixteenth_count_ % 2 == 0;
  sixteenth_.WriteTo(sixteenth_rows_.Row(sixteenth_count_));
  if (is_pair) thirty_second_.Push(LargestOfFour(row - sixteenth_rows_.row(), width_ / 2, pooled16_));
}

void Trunk::TakeThirtySecondLateral(const float* row) {
  heads32_.Push(row);
  for (const int end = sixteenth_added_ + 2; sixteenth_added_ < end; ++sixteenth_added_) {
    AddUpsampled(row, sixteenth_rows_.Row(sixteenth_added_), width_ / 2, kChannels, sum16_.data());
    lateral16_.Push(sum16_.data());
  }
}

void Trunk::TakeSixteenthLateral(const float* row) {
  Checkpoint(*cancel_);  // at the map's end many rows come at once
  heads16_.Push(row);
  for (const int end = eighth_added_ + 2; eighth_added_ < end; ++eighth_added_) {
    AddUpsampled(row, eighth_rows_.Row(eighth_added_), width_, kChannels, sum8_.data());
    finest_.Push(sum8_.data());
  }
}

void Trunk::TakeHeads(size_t scale, const float* row) {
  const int at = head_rows_[scale]++;
  for (int column = 0; column < width_ >> scale; ++column, row += kHeadChannels) {
    if (!(row[0] > lowest_logit_ && row[1] > lowest_logit_)) continue;
    Place place{kStrides[scale], column, at, Sigmoid(row[0]), Sigmoid(row[1]), {}, {}};
    std::copy_n(row + 2, place.box.size(), place.box.begin());
    std::copy_n(row + 2 + place.box.size(), place.points.size(), place.points.begin());
    found_[scale].push_back(place);
  }
}

}  // namespace faces::yunet
