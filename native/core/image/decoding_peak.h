#pragma once

#include <cstddef>
#include <cstdint>

#include "format.h"
#include "header.h"

namespace faces {

/// Memory in bytes that decoding may take per pixel of Options::max_pixels: 600 MB at the default. Enough for the most
/// demanding useful images: progressive JPEGs of four colours, whose coefficients take 8 bytes per pixel besides the 3
/// of the image.
constexpr int64_t kDecodingBytesPerPixel = 12;

/// Peak memory in bytes of decoding an image's pixels: the result, also while it is rotated for display, and what the
/// decoder keeps meanwhile. From the header alone, and without reduction (Options::fast_decode).
int64_t PixelBytes(const Header& header, Alpha alpha);

/// Peak memory in bytes of decoding: PixelBytes plus rows and tables of the decoder; without the file itself, and
/// without freed blocks that malloc keeps, 12 MB at most. Never less than measured with the libraries of Debian 12. For
/// ordinary images from a megapixel on, at most half more than measured; two thirds more for lossy WebP with alpha, and
/// one and a half times more for a TIFF in one strip.
int64_t DecodingPeak(const Header& header, Alpha alpha);

/// Throws Error{kTooManyPixels} for more pixels than `max_pixels`.
void CheckPixels(int64_t width, int64_t height, int64_t max_pixels);

/// Throws Error{kTooManyPixels} like CheckPixels; if the pixels would take more than kDecodingBytesPerPixel per pixel
/// of `max_pixels` (but at least 32 MB); and if the strips or tiles of a TIFF have more than twice `max_pixels`.
void CheckCost(const Header& header, int64_t max_pixels, Alpha alpha);

}  // namespace faces
