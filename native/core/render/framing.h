#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "render_options.h"

namespace faces::render {

/// How much of a head the box of a face lacks, as shares of its width and height: hair above, ears, the chin. By eye on
/// the shared test photographs.
constexpr double kHair = 0.35;
constexpr double kEars = 0.2;
constexpr double kChin = 0.15;

/// Where the eyes are in the box of a face without landmarks, as a share of its height from the top.
constexpr double kEyesInBox = 0.4;

/// Where the eyes of a single face go, as a share of the part's height from the top: the rule of thirds.
constexpr double kEyesInPart = 1.0 / 3;

/// With the largest zoom, the part is this many times as large as the heads.
constexpr double kRoom = 1.25;

/// Only this many faces are looked at, the largest ones: choosing a group takes the square of their number.
constexpr size_t kMostFramed = 200;

/// The part of a picture of that size (at least 1 x 1) for `options`, and where its faces are; a function of its
/// arguments alone. The part is within the picture and has the proportion asked for, but for rounding to whole pixels
/// and for a side of at least 1. All faces are in it, as far as they are on the picture, if the largest part can hold
/// them, otherwise the group with the largest sum of heights that it can hold, or else the largest face. Heads are
/// kept whole beyond that where they can be. Without a face it is the middle. With a width or height of 0 it is the
/// whole picture.
Framing FrameFaces(const cv::Size& picture, const std::vector<Face>& faces, const FramingOptions& options);

/// The size in which that part is shown: the one asked for, or without FramingOptions::enlarges the part's own if that
/// is smaller.
cv::Size FramedSize(const cv::Rect& part, const FramingOptions& options);

/// The part in FramedSize. May share the picture's pixels.
cv::Mat CutPart(const cv::Mat& picture, const cv::Rect& part, const FramingOptions& options);

}  // namespace faces::render
