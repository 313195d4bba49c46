#pragma once

#include <cstdint>
#include <string>

#include "error.h"
#include "format.h"
#include "types.h"

namespace faces {

/// The product of two numbers from a file (0 to 2^32), capped at 2^40: no decoder gets that far, and further arithmetic
/// stays within 64 bits.
constexpr int64_t Product(int64_t a, int64_t b) {
  constexpr int64_t kMax = int64_t{1} << 40;
  return a > 0 && b > kMax / a ? kMax : a * b;
}

/// An encoded image's header, read before any pixel is decoded.
struct Header {
  Format format;
  /// As stored, before the orientation is applied; for an animation, of its canvas.
  int64_t width = 0;
  int64_t height = 0;
  int orientation = 1;     ///< 1 to 8, as in EXIF: how to rotate and flip the stored pixels for display
  bool has_alpha = false;  ///< straight (not premultiplied) alpha that can be kept; not that of BMP

  // The memory for decoding depends on these.
  int samples = 3;           ///< per pixel: colours and alpha
  int bits = 8;              ///< per sample
  bool is_lossless = false;  ///< WebP: the first frame
  /// JPEG: coefficients kept until the last scan has been read; 0 if a single scan has everything.
  int64_t coefficients = 0;
  size_t first_scan = 0;          ///< JPEG: offset of its marker
  int64_t strip_pixels = 0;       ///< TIFF: in one strip or tile, which is unpacked as a whole
  int64_t strips = 0;             ///< TIFF: number of strips or tiles, per sample if planar
  bool is_planar = false;         ///< TIFF: each sample is stored in separate strips
  bool is_converted = false;      ///< TIFF: needs libtiff's conversion to 32-bit RGBA
  bool has_whole_strips = false;  ///< TIFF: the codec unpacks whole strips into a separate buffer
  uint32_t directory = 0;         ///< TIFF: offset of the picture's directory

  int64_t pixels() const { return Product(width, height); }
  /// Size of the displayed image.
  int64_t shown_width() const { return orientation >= 5 ? height : width; }
  int64_t shown_height() const { return orientation >= 5 ? width : height; }
};

/// Recognises the format by its signature, never by a name, and reads everything before the pixels, and at most 10,000
/// chunks elsewhere, in microseconds.
/// Throws Error: kEmptyImage; kUnsupportedFormat, naming GIF, HEIC, camera raw, lossless JPEG and other known formats;
/// kCorruptImage if the header is cut short or has no size, or if more than 10,000 segments or chunks precede the
/// pixels.
Header ReadHeader(Bytes image);

/// Limit for segments or chunks before the pixels; there are hundreds if a profile or a second picture is split.
constexpr int kMaxSegments = 10'000;

[[noreturn]] inline void ThrowCorruptHeader(const char* format) {
  throw Error(ErrorCode::kCorruptImage, std::string("the ") + format + " header is damaged or cut short");
}

constexpr char kAccepted[] = "send JPEG, PNG, WebP, BMP, TIFF or PNM";
constexpr char kEndsEarly[] = "the image ends early: part of it is missing";

/// `what` is a valid but unsupported kind of image, for example "lossless JPEG".
[[noreturn]] inline void ThrowUnsupported(const std::string& what) {
  throw Error(ErrorCode::kUnsupportedFormat, what + " is not supported: " + kAccepted);
}

[[noreturn]] inline void ThrowCorrupt() {
  throw Error(ErrorCode::kCorruptImage, "the image cannot be decoded: its data is damaged");
}

[[noreturn]] inline void ThrowTruncated() { throw Error(ErrorCode::kTruncatedImage, kEndsEarly); }

}  // namespace faces
