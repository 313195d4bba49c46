#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "render_options.h"

namespace faces::render {

/// How much of a face blur and pixelate leave: this many samples across the shorter side of its box, whatever its size,
/// each the mean of a square. People recognise somebody they know from about 12 to 18 samples on (Bachmann, 1991; Yip
/// and Sinha, 2002), occasionally from 7. Programs trained on hidden faces get further (McPherson, Shokri and
/// Shmatikov, 2016), and the frames of a film add up: only kFill is certain. With 5 samples a detector still found some
/// of the hidden faces, with 4 none on any test photograph.
constexpr int kSamplesAcross = 4;

/// Smallest side of a square in pixels: faces under 32 pixels get fewer samples. With smaller squares some faces of 10
/// to 20 pixels in a crowd were found again.
constexpr int kSmallestSquare = 8;

/// How often faces, with their margins, may cover the picture in total for each to be hidden by its own squares. The
/// shared test photographs reach 3.1, with the largest margin; thousands of overlapping faces, as low thresholds find
/// on a picture made for it, would take minutes.
constexpr double kMaxCoverage = 8;

/// Hides the faces that `options` asks for (see FacesToHide), and its regions, on `picture` (CV_8UC1, 3 or 4), in
/// place. Of a region, kSamplesAcross samples are left across the longer side: on a number plate, several characters
/// share one. What is written into a face's region, alpha included,
/// depends only on the means of its squares (kPixelate shows them, kBlur a smooth surface close to them), or on nothing
/// (kFill). Boxes should not be clipped: the centre of a face that the border cuts differs from the
/// centre of its visible part. If faces cover the picture more than kMaxCoverage times, those of similar size (up to a
/// factor of two) share squares, a third of the largest one's shorter side: at most kSamplesAcross across any face, so
/// that all are hidden in the time of some 10 passes over the picture. Memory besides the picture is below a megabyte
/// per 10000 pixels of its width, or with shared squares a 64th of its own. Throws like FacesToHide before it changes a
/// pixel, and Error{kAborted, kTooCostly}, with a checkpoint for every strip of 16 rows; the picture is then partly
/// hidden.
void Redact(cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options, const CancelFlag& cancel);

}  // namespace faces::render
