#pragma once

#include <cstdint>

namespace faces {

/// The layout of a TIFF image, in the numbers of TIFF 6.0 and with its defaults.
struct TiffLayout {
  uint32_t width = 0, height = 0;
  uint32_t bits = 1;  ///< per sample
  uint32_t samples = 1;
  uint32_t sample_format = 1;  ///< 1 unsigned integers, 2 signed integers, 3 floats
  uint32_t photometric = 1;
  uint32_t compression = 1;
  bool is_planar = false;          ///< each sample is stored separately
  bool is_straight_alpha = false;  ///< the first extra sample is straight (not premultiplied) alpha
};

// Values of PhotometricInterpretation.
constexpr uint32_t kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3, kSeparated = 5, kYCbCr = 6;
constexpr uint32_t kColourFilterArray = 32803, kLinearRaw = 34892;
// Values of Compression.
constexpr uint32_t kUncompressed = 1, kJpegCompression = 7;
// Values of SampleFormat.
constexpr uint32_t kUnsigned = 1, kSigned = 2, kFloat = 3, kUntyped = 4;

/// Number of colour samples per pixel as libtiff returns them; 0 if its own conversion to RGBA is needed.
constexpr uint32_t ColoursOf(const TiffLayout& layout) {
  switch (layout.photometric) {
    case kWhiteIsZero:
    case kBlackIsZero:
    case kPalette:
      return 1;
    case kRgb:
      return 3;
    case kSeparated:
      return 4;
    case kYCbCr:  // the JPEG decoder returns RGB
      return layout.compression == kJpegCompression && !layout.is_planar ? 3 : 0;
    default:
      return 0;
  }
}

/// Whether pictures made of the image can keep its alpha.
constexpr bool HasAlpha(const TiffLayout& layout) {
  const uint32_t colours = ColoursOf(layout);
  const bool is_gray_or_rgb = layout.photometric == kBlackIsZero || layout.photometric == kRgb;
  return layout.is_straight_alpha && is_gray_or_rgb && layout.samples > colours;
}

/// Throws Error: kUnsupportedFormat for samples other than 1 to 16, 32 or (floats) 64 bits, and for more than 64 of
/// them per pixel; kCorruptImage for none.
void CheckDepth(const TiffLayout& layout);

}  // namespace faces
