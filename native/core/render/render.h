#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "error.h"
#include "image/format.h"
#include "render_options.h"

namespace faces::render {

/// Limit for the pixels of all crops of an image, and for a picture of FramingOptions, besides `max_pixels`: over 2000
/// crops of 112 x 112.
constexpr int64_t kCropPixels = 25'000'000;

/// How many times the image's pixels the crops may read in total, unless that is below kCropPixels. Faces that do not
/// overlap read it about 4 times, since an aligned crop shows some four times its box.
constexpr int64_t kMaxReads = 8;

/// The format of the pictures: the requested one, or else the image's own if it can be written in this size, or else
/// PNG.
PictureFormat FormatFor(const RenderOptions& options, std::optional<Format> own, const cv::Size& size);

/// Makes the pictures in `options` from `picture` (CV_8UC3 BGR or CV_8UC4 BGRA with straight alpha), drawing on it, and
/// encodes them, with checkpoints in between; `faces` are in its pixels and not clipped. In JPEG, transparent parts are
/// shown on white. Appends the stages "render" and "encode". Throws Error: kInvalidOption if a face to be aligned has
/// no landmarks, or, before any crop is made, if the crops have more than `max_pixels` or kCropPixels in total or read
/// too much of the image (kMaxReads), and like Encode; kInternal; kAborted, kTooCostly.
std::vector<Picture> Render(cv::Mat& picture, const std::vector<Face>& faces, const RenderOptions& options,
                            PictureFormat format, int64_t max_pixels, const CancelFlag& cancel,
                            std::vector<Stage>& stages);

}  // namespace faces::render
