#include "pyramid.h"

#include <algorithm>
#include <cmath>

namespace faces::mtcnn {

std::vector<Level> ImagePyramid(int width, int height, double min_face_size, double scale_factor) {
  std::vector<Level> levels;
  const double first = kPNetWindow / min_face_size;
  // As in the reference, a running product decides when to stop, and a power gives the scale: they differ in the last
  // bit, and using one for both could change the number of levels.
  double shorter = std::min(width, height) * first;
  // NOLINTNEXTLINE(clang-analyzer-security.FloatLoopCounter): the reference's rounding is required
  for (int k = 0; shorter > kPNetWindow; ++k, shorter *= scale_factor) {
    const double scale = first * std::pow(scale_factor, k);
    levels.push_back({scale, static_cast<int>(std::ceil(width * scale)), static_cast<int>(std::ceil(height * scale))});
  }
  return levels;
}

}  // namespace faces::mtcnn
