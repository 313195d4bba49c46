#pragma once

#include <cstddef>

namespace faces::kernels {

/// `width` pixels of `channels` planes, `plane` floats apart, side by side: `pixel` floats each, those beyond the
/// channels zeros. A `width` of whole fours; `plane` and `pixel` are multiples of 4, both ends aligned as a Buffer is.
void Interleave(const float* planes, size_t plane, size_t channels, size_t width, float* pixels, size_t pixel);

}  // namespace faces::kernels
