#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// Positions of the five landmarks on an aligned crop of 112 x 112 pixels, in the order of Landmarks: the template that
/// recognisers of the ArcFace family (Deng and others, 2019) were trained on.
constexpr std::array<Point, 5> kTemplate{
    {{38.2946, 51.6963}, {73.5318, 51.5014}, {56.0252, 71.7366}, {41.5493, 92.3655}, {70.7299, 92.2041}}};
constexpr int kTemplateSide = 112;

/// The similarity transform (rotation, scale, translation; no mirroring) that maps the landmarks to the template scaled
/// to `size` pixels with least squares (Umeyama, 1991). Only a translation if all points coincide.
cv::Matx23d Alignment(const Landmarks& landmarks, int size);

/// Number of pixels that AlignFace reads from a picture of that size.
int64_t AlignedSource(const cv::Size& picture, const Landmarks& landmarks, int size);

/// The aligned face, `size` x `size` pixels, of the type of `picture` (CV_8UC3 or CV_8UC4). Outside the picture it is
/// zeros, or with cv::BORDER_REPLICATE the picture's edge, unless all of it is outside.
cv::Mat AlignFace(const cv::Mat& picture, const Landmarks& landmarks, int size, int border = cv::BORDER_CONSTANT);

}  // namespace faces::render
