#pragma once

#include "conv.h"

namespace faces::kernels {

/// Maximum over kernel x kernel pixels in steps of 2, `channels` (a multiple of 16) each. Windows that reach beyond
/// `width` x `height` take what is there (Caffe's rounding up).
void MaxPool(const MapIn& in, int width, int height, int channels, int kernel, const MapOut& out);

/// Pixels along one axis after MaxPool, given at least `kernel` - 1 of them.
inline int Pooled(int pixels, int kernel) { return (pixels - kernel + 1) / 2 + 1; }

/// Adjusts 8-bit numbers to the networks' range: (v - 127.5) / 128.
void Normalize(const unsigned char* from, size_t count, float* to);

/// 8-bit numbers as floats, 0 to 255.
void Widen(const unsigned char* from, size_t count, float* to);

}  // namespace faces::kernels
