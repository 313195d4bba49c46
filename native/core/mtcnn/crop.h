#pragma once

#include <opencv2/core.hpp>

#include "box.h"

namespace faces::mtcnn {

/// Writes one network input, 3 x size x size floats, planes in the order R, G, B: the window under `box` resized to
/// size x size, black outside the image, (v - 127.5) / 128, and transposed (columns before rows: see net.h). `box` has
/// whole-numbered inclusive corners and may lie partly or wholly outside; one without pixels, or of a side over a
/// million, gives a black crop.
void CropToBlob(const cv::Mat& image, const Box& box, int size, float* blob);

/// Writes `rows` rows of `width` 8-bit BGR pixels as a network input, 3 x width x rows floats, like CropToBlob.
void PixelsToBlob(const uint8_t* bgr, int width, int rows, float* blob);

}  // namespace faces::mtcnn
