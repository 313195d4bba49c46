#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "batches.h"
#include "detection/box.h"
#include "engine.h"
#include "error.h"
#include "thread_pool.h"
#include "types.h"

namespace faces::mtcnn {

/// O-Net, the output network: classifies 48x48 crops and places five landmarks (paper, section 2.2).
class ONet {
 public:
  /// One engine per thread.
  explicit ONet(std::vector<std::unique_ptr<CropEngine>> engines) : batches_(CropNet::kONet, std::move(engines)) {}

  struct Answer {
    std::vector<Candidate> candidates;
    std::vector<Landmarks> landmarks;  ///< one per candidate, in pixels of the image
  };

  /// Like RNet::Refine; the landmarks are relative to the clipped box.
  Answer Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold, ThreadPool& pool,
                const CancelFlag& cancel);

 private:
  Batches batches_;
};

}  // namespace faces::mtcnn
