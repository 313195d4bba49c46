#pragma once

#include <array>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>

#include "types.h"

namespace faces {

/// Which way is up. A turn is a number of quarter turns clockwise, 0 to 3.

/// How much faces say that the picture is upright as it was searched: for each whose eyes are level, to within 35
/// degrees, the square of how far its confidence is over `threshold`. Throws Error{kInvalidOption} for a face without
/// landmarks.
double UprightEvidence(const std::vector<Face>& faces, float threshold);

/// The turn for which there is clearly more evidence than for any other, if there is one. `evidence`: of each turn.
std::optional<int> ClearTurn(const std::array<double, 4>& evidence, float threshold);

/// Searches a picture with these options, whose faces are in its pixels.
using FindFaces = std::function<std::vector<Face>(const cv::Mat&, const Options&)>;

/// The turn after which the picture is upright; 0 unless two readings, at different sizes, agree on another. Reads it
/// at a quarter of its sides or less in all four positions, and where another turn than 0 has most, that again with
/// whatever is not far behind. `picture`: CV_8UC3; `scale`: its pixels for one of the displayed image. Throws like
/// `find` and UprightEvidence.
int FindTurn(const cv::Mat& picture, double scale, const Options& options, const FindFaces& find);

/// Where things come to lie by a turn of the whole that has this `size`.
cv::Size Turned(const cv::Size& size, int turn);
Point Turned(const Point& point, const cv::Size& size, int turn);
Box Turned(const Box& box, const cv::Size& size, int turn);
Face Turned(const Face& face, const cv::Size& size, int turn);
cv::Mat Turned(const cv::Mat& picture, int turn);

}  // namespace faces
