#pragma once

#include <vector>

namespace faces::mtcnn {

/// Side of P-Net's window, in pixels of a level: the smallest face on a level (paper, section 2.2).
constexpr int kPNetWindow = 12;

/// Distance between windows, in pixels of a level, from P-Net's only pool.
constexpr int kPNetStride = 2;

/// Rows (or columns) of windows on that many pixels: two less for conv1, half rounded up for the pool, four less for
/// conv2 and conv3.
constexpr int WindowCount(int pixels) { return (pixels - 1) / 2 - 4; }

/// One level of the image pyramid.
struct Level {
  double scale;  ///< level pixels per image pixel
  int width;     ///< pixels, rounded up
  int height;
};

/// The levels from the largest to the smallest, so that P-Net's window covers `min_face_size` on the first and the
/// shorter side on the last: scale k is 12 / min_face_size * scale_factor^k, while the shorter side times the scale
/// strictly exceeds 12. Arithmetic and order of deep_utils 0.8.8. Empty for an image whose shorter side is at most
/// `min_face_size`.
std::vector<Level> ImagePyramid(int width, int height, double min_face_size, double scale_factor);

}  // namespace faces::mtcnn
