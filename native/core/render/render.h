#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "error.h"
#include "image/format.h"
#include "render_options.h"

namespace faces::render {

/// Of all crops of an image together, if `max_pixels` allows as many: over 2000 of 112 x 112.
constexpr int64_t kCropPixels = 25'000'000;

/// How often the crops of an image may look at it, added up, if not at kCropPixels anyway: faces that do not lie over
/// one another come to about 4, as an aligned crop shows some four times its box.
constexpr int64_t kMostLooks = 8;

/// The format of the pictures: the one asked for, else the image's own if it can be written in this size, else PNG.
PictureFormat FormatFor(const RenderOptions& options, std::optional<Format> own, const cv::Size& size);

/// Makes what `options` ask for of `picture` (CV_8UC3 BGR or CV_8UC4 BGRA with straight alpha), drawing on it, and
/// encodes it, with checkpoints between; `faces` lie in its pixels and are not clipped. Written as JPEG, transparent
/// parts are shown on white. Appends the stages "render" and "encode". Throws Error: kInvalidOption where a face to be
/// aligned has no landmarks, where crops together have more than `max_pixels` or kCropPixels, or look at the image too
/// often (kMostLooks), before any is made, and as Encode; kInternal; kAborted, kTooCostly.
std::vector<Picture> Render(cv::Mat& picture, const std::vector<Face>& faces, const RenderOptions& options,
                            PictureFormat format, int64_t max_pixels, const CancelFlag& cancel,
                            std::vector<Stage>& stages);

}  // namespace faces::render
