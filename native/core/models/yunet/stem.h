#pragma once

#include <opencv2/core.hpp>

#include "chain.h"
#include "error.h"
#include "kernels/row_ring.h"
#include "weights.h"

namespace faces::yunet {

/// The network's first six layers and two maxima, from pixels to an eighth of the sides: seven tenths of its work.
/// Makes some of the columns, with its few neighbours computed anew, so that all between the layers stays in the
/// second-level cache. Not for use by two threads at once.
class Stem {
 public:
  /// `weights` must outlive this.
  explicit Stem(const Weights& weights);

  /// Begins a picture, filled up with black to `height` rows (a multiple of 8) and 8 x `columns`.width columns. The
  /// eighth's `columns` go to `out`, whose rows are columns.width pixels of kChannels.
  void Start(int height, const kernels::Strip& columns, kernels::RowRing& out);

  /// Makes `rows` more rows of the first layer, of which there are height / 2, and all that they allow. `pixels`
  /// (CV_8UC3, BGR): the picture's next 2 x `rows` rows, or those that are left of it.
  void Advance(const cv::Mat& pixels, int rows, const CancelFlag& cancel);

  /// Rows that `out` has of it.
  int made() const { return made_; }

 private:
  float* Destination() const { return out_->Row(made_) + static_cast<size_t>(columns_.first) * kChannels; }
  void ReadPixels(const cv::Mat& pixels, int row, float* to) const;

  const kernels::Layer* first_;
  Chain chain_;
  int first_rows_ = 0;
  int next_row_ = 0;  // of the first layer
  int made_ = 0;
  kernels::Strip columns_{0, 0, 0};
  kernels::RowRing* out_ = nullptr;
  kernels::Buffer pixels_;     // three rows
  kernels::Buffer first_row_;  // of the first layer's output
};

}  // namespace faces::yunet
