#include "orientation.h"

namespace faces {

void ApplyOrientation(cv::Mat& image, int orientation) {
  const bool sideways = FlipsSideways(orientation);
  const bool upside_down = FlipsUpsideDown(orientation);
  if (orientation >= 5) image = image.t();  // 5 to 8 swap the sides
  if (sideways || upside_down) cv::flip(image, image, sideways && upside_down ? -1 : sideways ? 1 : 0);
}

}  // namespace faces
