#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "render_options.h"

namespace faces::render {

/// Draws boxes, points and scores on `picture` (CV_8UC3 or CV_8UC4), in place. Lines are a 400th of the picture's
/// longer side, thinner on small faces, with a dark edge so that they show on any ground; scores have two decimals and
/// stand above their box where there is room. A box that reaches beyond the picture is drawn along its border. Throws
/// Error{kAborted, kTooCostly}, with a checkpoint before each face.
void Annotate(cv::Mat& picture, const std::vector<Face>& faces, const AnnotateOptions& options,
              const CancelFlag& cancel);

}  // namespace faces::render
