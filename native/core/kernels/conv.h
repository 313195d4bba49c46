#pragma once

#include <cstddef>

#include "layer.h"

namespace faces::kernels {

/// A map of pixels. Distances are in floats.
struct MapIn {
  const float* data;
  size_t row;    ///< from one row to the next
  size_t pixel;  ///< from one pixel to the next, at least the layer's inputs
};

struct MapOut {
  float* data;
  size_t row;
  size_t pixel;  ///< at least the layer's padded_outputs(), all of which are written
};

/// Convolution without padding, bias, then PReLU, for `width` x `height` outputs; the input is kernel - 1 larger each
/// way. A dense layer is a convolution of kernel 1 over one row whose pixels are the crops. For whichever instruction
/// set Highway finds.
void Convolve(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out);

/// The same for a layer of kernel 1, without bias and PReLU.
void Multiply(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out);

}  // namespace faces::kernels
