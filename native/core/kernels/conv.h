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

/// The same for a layer of kernel 1, with bias, without PReLU.
void Project(const Layer& layer, const MapIn& in, int width, int height, const MapOut& out);

/// One row of a convolution in steps of two pixels each way, bias, then ReLU. `in`: as many rows as the kernel has,
/// `row` floats apart, of 2 * (width - 1) + kernel pixels of `layer.inputs()` floats each; `out`: `width` pixels of
/// padded_outputs() floats.
void ConvolveByTwo(const Layer& layer, const float* in, size_t row, int width, float* out);

}  // namespace faces::kernels
