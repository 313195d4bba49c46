#pragma once

#include <opencv2/core.hpp>

#include "detection/box.h"

namespace faces::mtcnn {

/// Writes size x size 8-bit BGR pixels: the window under `box` resized, black outside the image. `box` has
/// whole-numbered inclusive corners and may lie partly or wholly outside; one without pixels, or of a side over a
/// million, gives a black crop.
void Crop(const cv::Mat& image, const Box& box, int size, uint8_t* bgr);

/// Writes `rows` rows of `width` 8-bit BGR pixels as an input of OpenCvNet, 3 x width x rows floats: planes in the
/// order R, G, B, (v - 127.5) / 128, transposed (columns before rows: see net.h).
void PixelsToBlob(const uint8_t* bgr, int width, int rows, float* blob);

}  // namespace faces::mtcnn
