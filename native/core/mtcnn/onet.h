#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "../error.h"
#include "../types.h"
#include "box.h"
#include "net.h"

namespace faces::mtcnn {

/// O-Net, the output network: judges 48x48 crops and places five landmarks (paper, section 2.2).
class ONet {
 public:
  explicit ONet(const NetFiles& files);

  struct Answer {
    std::vector<Candidate> candidates;
    std::vector<Landmarks> landmarks;  ///< one for each candidate, pixels of the image
  };

  /// As RNet::Refine; the landmarks are relative to the clipped box.
  Answer Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                const CancelFlag& cancel);

 private:
  Net net_;
};

}  // namespace faces::mtcnn
