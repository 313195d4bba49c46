#pragma once

#include <opencv2/core.hpp>

#include "detection/box.h"

namespace faces::mtcnn {

/// Writes size x size 8-bit BGR pixels: the resized window under `box`, black outside the image. `box` has integer
/// inclusive corners and may be partly or wholly outside; without pixels, or with a side above a million, the crop is
/// black.
void Crop(const cv::Mat& image, const Box& box, int size, uint8_t* bgr);

/// Writes `rows` rows of `width` 8-bit BGR pixels as input for OpenCvNet, 3 x width x rows floats: planes in the order
/// R, G, B, values (v - 127.5) / 128, transposed (column-major, see opencv_net.h).
void PixelsToBlob(const uint8_t* bgr, int width, int rows, float* blob);

}  // namespace faces::mtcnn
