#pragma once

#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "detection/box.h"
#include "engine.h"
#include "error.h"
#include "thread_pool.h"

namespace faces::mtcnn {

/// Runs R-Net or O-Net on the crops of candidates, in batches.
class Batches {
 public:
  /// One engine per thread.
  Batches(CropNet net, std::vector<std::unique_ptr<CropEngine>> engines);

  /// Cuts every candidate's box out of the image, classifies the crops on the threads of `pool`, and calls `use` for
  /// each candidate with its answer (see CropNet), in the given order, on the calling thread. Calls Checkpoint before
  /// every batch. Throws Error.
  void ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, ThreadPool& pool,
                     const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use);

 private:
  // State of one thread.
  struct ThreadWorkspace {
    std::unique_ptr<CropEngine> engine;
    std::vector<uint8_t> crops;
  };

  CropNet net_;
  std::vector<ThreadWorkspace> workspaces_;
};

}  // namespace faces::mtcnn
