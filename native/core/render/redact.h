#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "render_options.h"

namespace faces::render {

/// How much of a face blur and pixelate leave: so many samples across the shorter side of its box, whatever its size,
/// each the mean of its square. People recognise who is familiar to them from about 12 x 14 samples on (Yip and Sinha,
/// 2002; Bachmann, 1991, saw it fail between 18 and 15), and now and then from 7. Programs trained on hidden faces get
/// further (McPherson, Shokri and Shmatikov, 2016), and the frames of a film add up: who needs certainty takes kFill.
constexpr int kSamplesAcross = 5;

/// Hides the faces on `picture` (CV_8UC3 or CV_8UC4), in place. What is written into a face's region depends on the
/// means of its squares only (kBlur, kPixelate), alpha included, or on nothing (kFill: black, opaque). Boxes should not
/// be clipped: the middle of a face that the border cuts is not the middle of what is left of it. Memory beside the
/// picture stays under a megabyte for each 10000 pixels of its width.
void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options);

}  // namespace faces::render
