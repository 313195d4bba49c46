#pragma once

#include <opencv2/objdetect.hpp>

#include "model.h"

namespace faces {

/// OpenCV's Haar cascade (Viola and Jones, 2001): no weights to download, no landmarks, frontal faces only.
class Haar : public Model {
 public:
  /// `files` holds one .xml cascade. Throws Error{kModelInvalid}.
  explicit Haar(const ModelFiles& files);

  /// Confidence is the share of certainty that the cascade's last stage leaves: weight / (weight + 1).
  /// Scale by scale, from the cascade's own window (24 pixels) on, in tiles of 4 megapixels of a scale and 4096 a side,
  /// with a checkpoint before each; only of a larger picture may a window shift by a pixel from what OpenCV finds in
  /// one call. (Of some scales OpenCV leaves out the lowest row of windows; of which ones hangs on the scales it is
  /// asked for.) The surest 20000 windows are put together into faces.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  cv::CascadeClassifier cascade_;
};

}  // namespace faces
