#pragma once

#include <opencv2/objdetect.hpp>

#include "../model.h"

namespace faces::zoo {

/// OpenCV's Haar cascade (Viola and Jones, 2001): no weights to download, no landmarks, frontal faces only.
class Haar : public Model {
 public:
  /// `files` holds one .xml cascade. Throws Error{kModelInvalid}.
  explicit Haar(const ModelFiles& files);

  /// Confidence is the share of certainty that the cascade's last stage leaves: weight / (weight + 1).
  /// One call of OpenCV, so cancelling takes effect before and after it.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  cv::CascadeClassifier cascade_;
};

}  // namespace faces::zoo
