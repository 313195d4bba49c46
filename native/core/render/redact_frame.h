#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "render_options.h"

namespace faces::render {

/// Bytes of a frame of a film, planar YUV with halved chroma (I420): the plane Y of width x height, then U and V, whose
/// sides are half of that, rounded up. `size`: sides from 1 to 2^15.
size_t FrameBytes(const cv::Size& size);

/// Hides `boxes`, in pixels, with the margin, mode and shape of `options` (nothing else of it is read) on a frame of
/// FrameBytes(size) bytes, in place: each plane as Redact hides it. kFill writes 16, black in the range that films use,
/// and no colour. Throws Error{kAborted}, and like Redact; the frame is then partly hidden.
void RedactFrame(uint8_t* frame, const cv::Size& size, const std::vector<Box>& boxes, const RedactOptions& options,
                 const CancelFlag& cancel);

}  // namespace faces::render
