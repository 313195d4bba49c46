#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "../error.h"
#include "box.h"
#include "engine.h"

namespace faces::mtcnn {

/// R-Net, the refinement network: judges 24x24 crops of P-Net's boxes (paper, section 2.2).
class RNet {
 public:
  explicit RNet(std::unique_ptr<CropEngine> engine) : engine_(std::move(engine)) {}

  /// The candidates that score over `threshold`, in the order given, with R-Net's score and regression. Their boxes
  /// (whole-numbered squares) come back clipped to the image: the reference clips in place when it crops, and what
  /// follows starts from there. A checkpoint before every batch. Throws Error.
  std::vector<Candidate> Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                                const CancelFlag& cancel);

 private:
  std::unique_ptr<CropEngine> engine_;
};

}  // namespace faces::mtcnn
