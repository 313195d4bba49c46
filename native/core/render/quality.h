#pragma once

#include <opencv2/core.hpp>

#include "types.h"

namespace faces::render {

/// How far the tip of the nose is in front of the plane of eyes and mouth corners, in half distances of the eyes: 36.5
/// of 32.9 mm on the mean shape of OpenFace's three-dimensional landmarks (Baltrusaitis and others, 2013). People
/// differ by a tenth and more, and so do the angles.
constexpr double kNoseDepth = 1.11;

/// The square of an aligned crop (kTemplateSide) that is measured: from the brows to the chin, little hair and no
/// background of a face seen from the front.
constexpr int kMeasuredLeft = 24;
constexpr int kMeasuredTop = 40;
constexpr int kMeasuredSide = 64;

/// Angles in degrees, from the five points alone, as if seen from far away; see FaceQuality.
struct Pose {
  double roll = 0;
  double yaw = 0;
  double pitch = 0;
};
Pose PoseOf(const Landmarks& landmarks);

/// Measures a face on `image` (CV_8UC3, BGR); `landmarks` and FaceQuality::size are in its pixels.
FaceQuality Measure(const cv::Mat& image, const Landmarks& landmarks);

/// Whether a face is within the limits.
bool IsUsable(const FaceQuality& quality, const QualityOptions& options);

}  // namespace faces::render
