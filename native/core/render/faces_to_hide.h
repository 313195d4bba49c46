#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "render_options.h"

namespace faces::render {

/// The share of the area that a face and a chosen box cover together which both must cover, for the box to mean that
/// face: the measure of PASCAL VOC (Everingham and others, 2010). Boxes are compared as far as they are on the picture.
constexpr double kSameFace = 0.5;

/// The faces that `options` asks to hide. Throws Error{kInvalidOption} if a choice means none of the faces: the caller
/// is mistaken about who is where, so what it would leave visible is not what it meant.
std::vector<Face> FacesToHide(const std::vector<Face>& faces, const cv::Size& picture, const RedactOptions& options);

/// Throws Error{kInvalidOption} if one of RedactOptions::regions is entirely outside the picture.
void CheckRegions(const cv::Size& picture, const std::vector<Box>& regions);

}  // namespace faces::render
