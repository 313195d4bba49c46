#pragma once

#include <opencv2/core.hpp>

namespace faces {

/// Rotates and flips stored pixels for display. `orientation`: 1 to 8, as in EXIF 2.32 (tag 0x0112).
void ApplyOrientation(cv::Mat& image, int orientation);

/// Whether the first stored column, or row, is displayed on the right, or at the bottom.
constexpr bool FlipsSideways(int orientation) { return orientation % 4 == 2 || orientation % 4 == 3; }
constexpr bool FlipsUpsideDown(int orientation) { return orientation % 4 == 3 || orientation % 4 == 0; }

}  // namespace faces
