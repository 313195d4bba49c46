#pragma once

#include <opencv2/objdetect.hpp>

#include "model.h"

namespace faces {

/// OpenCV's Haar cascade (Viola and Jones, 2001): no weights to download, no landmarks, frontal faces only.
class Haar : public Model {
 public:
  /// `files` holds one .xml cascade. Throws Error{kModelInvalid}.
  explicit Haar(const ModelFiles& files);

  /// Confidence is derived from the weight of the cascade's last stage: weight / (weight + 1).
  /// Searches scale by scale, from the cascade's own window (24 pixels) on, in tiles of at most 4 megapixels of a scale
  /// and 4096 a side, with a checkpoint before each; only on a larger image may a window differ by a pixel from
  /// OpenCV's result in one call. (For some scales, depending on the scales requested, OpenCV omits the lowest row of
  /// windows.) The 20000 windows with the highest weights are grouped into faces.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  cv::CascadeClassifier cascade_;
};

}  // namespace faces
