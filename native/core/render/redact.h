#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
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

/// How often faces may cover the picture, added up with their margins, for each to be hidden by squares of its own. The
/// shared test photographs come to 3.1 at most, by the largest margin; thousands of faces over one another, as low
/// thresholds find them on a picture drawn for it, would take minutes.
constexpr double kMostCover = 8;

/// Hides the faces on `picture` (CV_8UC3 or CV_8UC4), in place. What is written into a face's region depends on the
/// means of its squares only, alpha included (kPixelate shows them, kBlur a smooth surface near them), or on nothing
/// (kFill: black, opaque). Boxes should not be clipped: the middle of a face that the border cuts is not the middle of
/// what is left of it. Where faces cover the picture more than kMostCover times, those of about one size (up to twice)
/// share squares, a third of the largest one's shorter side: at most kSamplesAcross across any, so that all are hidden
/// and the work stays that of some 10 passes over the picture. Memory beside the picture stays under a megabyte for
/// each 10000 pixels of its width, or where squares are shared a 64th of its own. Throws Error{kAborted, kTooCostly},
/// with checkpoints for every strip of 16 rows; a picture that it has left is hidden in part.
void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options, const CancelFlag& cancel);

}  // namespace faces::render
