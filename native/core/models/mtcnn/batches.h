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

/// R-Net or O-Net over the crops of candidates, some at a time.
class Batches {
 public:
  /// One engine for each thread that is to run it.
  Batches(CropNet net, std::vector<std::unique_ptr<CropEngine>> engines);

  /// Cuts every candidate's box out of the image, has the crops classified by the threads of `pool`, and calls `use`
  /// for each candidate with its answer (see CropNet), in the order given, on the calling thread. A checkpoint before
  /// every batch. Throws Error.
  void ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, ThreadPool& pool,
                     const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use);

 private:
  // What a thread works with.
  struct ThreadWorkspace {
    std::unique_ptr<CropEngine> engine;
    std::vector<uint8_t> crops;
  };

  CropNet net_;
  std::vector<ThreadWorkspace> workspaces_;
};

}  // namespace faces::mtcnn
