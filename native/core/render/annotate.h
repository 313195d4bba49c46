#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "render_options.h"

namespace faces::render {

/// Draws boxes, points and scores on `picture` (CV_8UC3 or CV_8UC4), in place. Lines are a 400th of the picture's
/// longer side wide, thinner on small faces, with a dark edge to be visible on any background; scores have two decimals
/// and are above their box if there is room. A box that extends beyond the picture is drawn along the border. Throws
/// Error{kAborted, kTooCostly}, with a checkpoint before each face.
void Annotate(cv::Mat& picture, const std::vector<Face>& faces, const AnnotateOptions& options,
              const CancelFlag& cancel);

}  // namespace faces::render
