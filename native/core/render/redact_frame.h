#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "render_options.h"

namespace faces::render {

/// Hides `boxes`, in pixels, with the margin, mode and shape of `options` (nothing else of it is read) on a frame of a
/// film (image/yuv_frame.h), in place: each plane as Redact hides it. kFill writes 16, black in the range that films
/// use, and no colour. Throws Error{kAborted}, and like Redact; the frame is then partly hidden.
void RedactFrame(uint8_t* frame, const cv::Size& size, const std::vector<Box>& boxes, const RedactOptions& options,
                 const CancelFlag& cancel);

}  // namespace faces::render
