#pragma once

#include <memory>
#include <vector>

#include "engine.h"
#include "stem.h"
#include "trunk.h"
#include "weights.h"

namespace faces::yunet {

/// The network by the kernels of kernels/. Not for use by two threads at once.
class FusedNet final : public Engine {
 public:
  explicit FusedNet(const Params& params);

  /// Goes through the level from its top to its bottom and keeps of each layer only the rows that the next ones need:
  /// memory grows with the width alone, by 4.3 KB for a column (35 MB for 8192), and is kept for the next level.
  void Look(Level& level, float threshold, ThreadPool& pool, const CancelFlag& cancel,
            std::vector<Place>& found) override;

 private:
  void Start(const cv::Size& level, float threshold, size_t threads);
  void Step(size_t part);

  const Weights weights_;
  std::vector<std::unique_ptr<Stem>> stems_;
  size_t stems_in_use_ = 0;
  Trunk trunk_;
  kernels::RowRing eighth_;  // from the stems to the trunk
  cv::Mat pixels_;           // rows of the level that the stems take next
  int ready_ = 0;            // rows of the eighth that the trunk may take
  int taken_ = 0;
  const CancelFlag* cancel_ = nullptr;
};

}  // namespace faces::yunet
