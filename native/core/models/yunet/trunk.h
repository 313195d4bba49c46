#pragma once

#include <array>
#include <vector>

#include "chain.h"
#include "engine.h"
#include "kernels/row_ring.h"
#include "weights.h"

namespace faces::yunet {

/// The network from an eighth of the picture's sides on: the coarser maps, what they add to the finer ones, and the
/// heads. Takes the map row by row, and keeps of each no more rows than the coarser ones need. Not for use by two
/// threads at once.
class Trunk {
 public:
  /// `weights` must outlive this.
  explicit Trunk(const Weights& weights);

  /// Begins a map of `width` x `height` pixels of kChannels, multiples of 4, at least 8.
  void Start(int width, int height, float threshold);

  /// Takes the next row.
  void Push(const float* row, const CancelFlag& cancel);

  /// The places whose score may exceed the threshold, of each stride, row by row; complete after the last row.
  const std::array<std::vector<Place>, kStrides.size()>& found() const { return found_; }

 private:
  void TakeEighth(const float* row);
  void TakeSixteenth(const float* row);
  void TakeThirtySecondLateral(const float* row);
  void TakeSixteenthLateral(const float* row);
  void TakeHeads(size_t scale, const float* row);

  Chain eighth_;
  Chain sixteenth_;
  Chain thirty_second_;  // with its lateral layer
  Chain lateral16_;
  Chain finest_;  // of an eighth: from the lateral layer on, with the heads
  Chain heads16_;
  Chain heads32_;

  int width_ = 0;                 // of the eighth
  kernels::RowRing eighth_rows_;  // of the backbone, until the coarser maps are added to them
  kernels::RowRing sixteenth_rows_;
  int eighth_count_ = 0;  // rows made
  int sixteenth_count_ = 0;
  int eighth_added_ = 0;  // rows to which the coarser map has been added
  int sixteenth_added_ = 0;
  kernels::Buffer sum8_;
  kernels::Buffer sum16_;
  kernels::Buffer pooled8_;
  kernels::Buffer pooled16_;

  float lowest_logit_ = 0;
  std::array<int, kStrides.size()> head_rows_{};
  std::array<std::vector<Place>, kStrides.size()> found_;
  const CancelFlag* cancel_ = nullptr;
};

}  // namespace faces::yunet
