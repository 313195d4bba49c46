#pragma once

namespace faces::kernels {

/// A row of `width` pixels of `channels` (a multiple of 16) floats: `fine`, and to its every pixel the nearest one of
/// `coarse`, half as wide (rounded up). All are aligned to a vector; `out` may be `fine`.
void AddUpsampled(const float* coarse, const float* fine, int width, int channels, float* out);

}  // namespace faces::kernels
