#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "render_options.h"

namespace faces::render {

/// How much of a face blur and pixelate leave: this many samples across the shorter side of its box, whatever its size,
/// each the mean of a square. People recognise somebody whom they know from about 12 to 18 samples on (Bachmann, 1991;
/// Yip and Sinha, 2002), now and then from 7. Programs trained on hidden faces get further (McPherson, Shokri and
/// Shmatikov, 2016), and the frames of a film add up: for certainty there is kFill. With 5 samples a detector still
/// found some of the hidden faces again, with 4 none on any test photograph.
constexpr int kSamplesAcross = 4;

/// Side in pixels that the squares have at least: of faces under 32 pixels, fewer samples are left. With smaller
/// squares some faces of 10 to 20 pixels in a crowd were found again.
constexpr int kSmallestSquare = 8;

/// Hides the faces on `picture` (CV_8UC3 or CV_8UC4), in place. What is written into a face's region depends on the
/// means of its squares only, alpha included (kPixelate shows them, kBlur a smooth surface near them), or on nothing
/// (kFill: black, opaque). Boxes should not be clipped: the middle of a face that the border cuts is not the middle of
/// what is left of it. Memory beside the picture stays under a megabyte for each 10000 pixels of its width.
void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options);

}  // namespace faces::render
