#pragma once

#include <opencv2/core.hpp>

namespace faces {

/// Turns and flips stored pixels for display. `orientation`: 1 to 8, as EXIF 2.32 numbers them (tag 0x0112).
void ApplyOrientation(cv::Mat& image, int orientation);

/// Where the stored picture's first column, or row, comes to lie on the right, or at the bottom.
constexpr bool FlipsSideways(int orientation) { return orientation % 4 == 2 || orientation % 4 == 3; }
constexpr bool FlipsUpsideDown(int orientation) { return orientation % 4 == 3 || orientation % 4 == 0; }

}  // namespace faces
