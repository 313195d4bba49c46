#include "orientation.h"

#include "pixels.h"

namespace faces {

void ApplyOrientation(cv::Mat& image, int orientation) {
  const bool sideways = FlipsSideways(orientation);
  const bool upside_down = FlipsUpsideDown(orientation);
  if (orientation >= 5) {  // 5 to 8 swap the sides
    cv::Mat turned = NewPixels({image.rows, image.cols}, image.type());
    cv::transpose(image, turned);
    image = turned;
  }
  if (sideways || upside_down) cv::flip(image, image, sideways && upside_down ? -1 : sideways ? 1 : 0);
}

}  // namespace faces
