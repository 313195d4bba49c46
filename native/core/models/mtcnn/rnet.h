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

namespace faces::mtcnn {

/// R-Net, the refinement network: classifies 24x24 crops of P-Net's boxes (paper, section 2.2).
class RNet {
 public:
  /// One engine per thread.
  explicit RNet(std::vector<std::unique_ptr<CropEngine>> engines) : batches_(CropNet::kRNet, std::move(engines)) {}

  /// Returns the candidates with a score over `threshold`, in the given order, with R-Net's score and regression. Their
  /// boxes (squares with integer corners) are clipped to the image: the reference clips in place when it crops, and
  /// continues from there. The crops are processed by the threads of `pool`, with a checkpoint before every batch.
  /// Throws Error.
  std::vector<Candidate> Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                                ThreadPool& pool, const CancelFlag& cancel);

 private:
  Batches batches_;
};

}  // namespace faces::mtcnn
