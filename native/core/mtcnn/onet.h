#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "../error.h"
#include "../types.h"
#include "box.h"
#include "engine.h"

namespace faces::mtcnn {

/// O-Net, the output network: judges 48x48 crops and places five landmarks (paper, section 2.2).
class ONet {
 public:
  explicit ONet(std::unique_ptr<CropEngine> engine) : engine_(std::move(engine)) {}

  struct Answer {
    std::vector<Candidate> candidates;
    std::vector<Landmarks> landmarks;  ///< one for each candidate, pixels of the image
  };

  /// As RNet::Refine; the landmarks are relative to the clipped box.
  Answer Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                const CancelFlag& cancel);

 private:
  std::unique_ptr<CropEngine> engine_;
};

}  // namespace faces::mtcnn
