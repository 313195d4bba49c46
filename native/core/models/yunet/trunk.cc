#include "trunk.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

float Sigmoid(float logit) { return 1 / (1 + std::exp(-logit)); }

}  // namespace

Trunk::Trunk(const Weights& weights)
    : eighth_({&weights.layers[kEighthLayers], &weights.layers[kEighthLayers + 1]},
              [this](const float* row) { TakeEighth(row); }),
      sixteenth_({nullptr, &weights.layers[kSixteenthLayers], &weights.layers[kSixteenthLayers + 1]},
                 [this](const float* row) { TakeSixteenth(row); }),
      thirty_second_({nullptr, &weights.layers[kThirtySecondLayers], &weights.layers[kThirtySecondLayers + 1],
                      &weights.layers[kLaterals]},
                     [this](const float* row) { TakeThirtySecondLateral(row); }),
      lateral16_({&weights.layers[kLaterals + 1]}, [this](const float* row) { TakeSixteenthLateral(row); }),
      finest_({&weights.layers[kLaterals + 2], &weights.layers[kShared], &weights.layers[kHeads]},
              [this](const float* row) { TakeHeads(0, row); }),
      heads16_({&weights.layers[kShared + 1], &weights.layers[kHeads + 1]},
               [this](const float* row) { TakeHeads(1, row); }),
      heads32_({&weights.layers[kShared + 2], &weights.layers[kHeads + 2]},
               [this](const float* row) { TakeHeads(2, row); }) {}

void Trunk::Start(int width, int height, float threshold) {
  width_ = width;
  const auto whole = [](int columns) { return Strip{0, columns, columns}; };
  eighth_.Start(whole(width), height);
  sixteenth_.Start(whole(width / 2), height);
  thirty_second_.Start(whole(width / 4), height / 2);
  lateral16_.Start(whole(width / 2), height / 2);
  finest_.Start(whole(width), height);
  heads16_.Start(whole(width / 2), height / 2);
  heads32_.Start(whole(width / 4), height / 4);
  const size_t row = static_cast<size_t>(width) * kChannels;
  eighth_rows_.Start(row, kEighthRows);
  sixteenth_rows_.Start(row / 2, kSixteenthRows);
  sum8_.Take(row);
  sum16_.Take(row / 2);
  eighth_count_ = sixteenth_count_ = eighth_added_ = sixteenth_added_ = 0;
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
  float* kept = eighth_rows_.Row(eighth_count_++);
  std::copy_n(row, eighth_rows_.row(), kept);
  sixteenth_.Push(kept);
}

void Trunk::TakeSixteenth(const float* row) {
  float* kept = sixteenth_rows_.Row(sixteenth_count_++);
  std::copy_n(row, sixteenth_rows_.row(), kept);
  thirty_second_.Push(kept);
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
