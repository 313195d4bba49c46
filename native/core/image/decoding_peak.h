#pragma once

#include <cstddef>
#include <cstdint>

#include "format.h"
#include "header.h"

namespace faces {

/// Memory in bytes for each pixel of Options::max_pixels that decoding may take: 600 MB at the default. That is what
/// takes most of what is of use: progressive JPEGs of four colours, whose coefficients take 8 bytes a pixel beside the
/// 3 of the picture.
constexpr int64_t kDecodingBytesPerPixel = 12;

/// The most memory in bytes that decoding takes at one time for an image's pixels: what comes out of it, turned for
/// display, and what its decoder keeps meanwhile. From the header alone, and without reduction (Options::fast_decode).
int64_t PixelBytes(const Header& header, Alpha alpha);

/// All that decoding takes: PixelBytes, rows and tables of the decoder; the file itself does not count, nor what malloc
/// keeps of freed blocks, 12 MB at most. Never less than was measured with the libraries of Debian 12,
/// and of ordinary pictures from a megapixel on at most half more, two thirds of lossy WebP with alpha, and one and a
/// half times more of a TIFF in one strip.
int64_t DecodingPeak(const Header& header, Alpha alpha);

/// Throws Error{kTooManyPixels} for more pixels than `max_pixels`.
void CheckPixels(int64_t width, int64_t height, int64_t max_pixels);

/// Throws Error{kTooManyPixels} as CheckPixels, where the pixels would take more than kDecodingBytesPerPixel for each
/// of `max_pixels` (but not less than 32 MB), and where the strips or tiles of a TIFF have more than twice
/// `max_pixels`.
void CheckCost(const Header& header, int64_t max_pixels, Alpha alpha);

}  // namespace faces
