#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "../error.h"
#include "box.h"
#include "engine.h"

namespace faces::mtcnn {

/// Cuts every candidate's box out of the image, has `engine` judge the crops, some at a time, and calls `use` for each
/// with its answer (see CropNet). A checkpoint before every batch.
void ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, CropNet net, CropEngine& engine,
                   const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use);

}  // namespace faces::mtcnn
