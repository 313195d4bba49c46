#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "../error.h"
#include "box.h"

namespace faces::mtcnn {

/// Cuts every candidate's box out of the image, resized to `side` x `side`, and calls `use(index of the first, blob)`
/// for up to `batch` of them at a time; never with an empty blob. A checkpoint before every batch.
void ForEachBatch(const cv::Mat& image, const std::vector<Candidate>& candidates, int side, size_t batch,
                  const CancelFlag& cancel, const std::function<void(size_t, const cv::Mat&)>& use);

}  // namespace faces::mtcnn
