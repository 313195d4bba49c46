#include "fused_net.h"

#include <algorithm>

#include "read_params.h"

namespace faces::yunet {
namespace {

using kernels::Strip;

// Rows of the first layer that a part makes at once, four to a row of the eighth.
constexpr int kStep = 32;

// Rows of the eighth that a step may make: the first layers are some rows ahead, which come with the last step.
constexpr int kStepRows = kStep / 4 + 4;

// Columns of the eighth that a stem makes, so wide that its neighbours' columns, which it computes as well, hardly
// count: on one thread 1024 pixels of the picture took 7 % less time than 256. Threads that share a picture need some
// parts each, of no fewer columns than the least.
constexpr int kStripColumns = 128;
constexpr int kLeastColumns = 16;
constexpr int kPartsPerThread = 2;

int StripsOf(int width, size_t threads) {
  const int shares = threads == 1 ? 1 : std::min(static_cast<int>(threads) * kPartsPerThread, width / kLeastColumns);
  return std::max({(width + kStripColumns - 1) / kStripColumns, shares, 1});
}

}  // namespace

FusedNet::FusedNet(const Params& params) : weights_(params), trunk_(weights_) {}

void FusedNet::Start(const cv::Size& level, float threshold, size_t threads) {
  const int width = PaddedSide(level.width) / kStrides.front();
  const int height = PaddedSide(level.height);
  eighth_.Start(static_cast<size_t>(width) * kChannels, 2 * kStepRows);
  stems_in_use_ = static_cast<size_t>(StripsOf(width, threads));
  while (stems_.size() < stems_in_use_) stems_.push_back(std::make_unique<Stem>(weights_));
  const auto edge = [&](size_t i) { return static_cast<int>(static_cast<size_t>(width) * i / stems_in_use_); };
  for (size_t i = 0; i < stems_in_use_; ++i) {
    stems_[i]->Start(height, {edge(i), edge(i + 1), width}, eighth_);
  }
  trunk_.Start(width, height / kStrides.front(), threshold);
  ready_ = taken_ = 0;
}

// The trunk takes the rows that the stems made in the step before. It is the largest part, so it begins.
void FusedNet::Step(size_t part) {
  if (part > 0) return stems_[part - 1]->Advance(pixels_, kStep, *cancel_);
  for (; taken_ < ready_; ++taken_) trunk_.Push(eighth_.Row(taken_), *cancel_);
}

void FusedNet::Look(Level& level, float threshold, ThreadPool& pool, const CancelFlag& cancel,
                    std::vector<Place>& found) {
  cancel_ = &cancel;
  Start(level.size(), threshold, pool.threads());
  const int height = PaddedSide(level.size().height) / kStrides.front();
  for (int row = 0; taken_ < height; row += 2 * kStep) {
    pixels_ = level.Rows(row, 2 * kStep, pool, cancel);
    pool.ForEach(stems_in_use_ + 1, [this](size_t, size_t part) { Step(part); });
    ready_ = stems_.front()->made();
  }
  for (const std::vector<Place>& places : trunk_.found()) found.insert(found.end(), places.begin(), places.end());
}

std::unique_ptr<Engine> MakeFusedEngine(const ModelFiles& files) {
  return std::make_unique<FusedNet>(ReadParams(files));
}

}  // namespace faces::yunet
