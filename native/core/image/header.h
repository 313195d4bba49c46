#pragma once

#include <cstdint>
#include <string>

#include "error.h"
#include "format.h"
#include "types.h"

namespace faces {

/// Of two numbers that a file gives (0 to 2^32), 2^40 where it would be more: no decoder gets that far, and what is
/// reckoned with it stays within 64 bits.
constexpr int64_t Product(int64_t a, int64_t b) {
  constexpr int64_t kMost = int64_t{1} << 40;
  return a > 0 && b > kMost / a ? kMost : a * b;
}

/// What an encoded image says of itself before any pixel is decoded.
struct Header {
  Format format;
  /// As stored, before the orientation is applied; of an animation that of its canvas.
  int64_t width = 0;
  int64_t height = 0;
  int orientation = 1;     ///< 1 to 8, as EXIF numbers them: how to turn the stored pixels for display
  bool has_alpha = false;  ///< which is not multiplied into the colours, and can be kept; that of BMP does not count

  // What decoding takes hangs on these.
  int samples = 3;           ///< a pixel: colours and alpha
  int bits = 8;              ///< a sample
  bool is_lossless = false;  ///< WebP: of the first frame
  /// JPEG: coefficients that are kept until the last scan has been read, 0 where there is one scan that has all.
  int64_t coefficients = 0;
  size_t first_scan = 0;          ///< JPEG: where its marker stands
  int64_t strip_pixels = 0;       ///< TIFF: of one strip or tile, which is unpacked whole
  int64_t strips = 0;             ///< TIFF: strips or tiles, of one sample where they are apart
  bool is_planar = false;         ///< TIFF: sample after sample, each in strips of its own
  bool is_converted = false;      ///< TIFF: pixels come from libtiff's conversion to 32-bit RGBA
  bool has_whole_strips = false;  ///< TIFF: by a compression that unpacks a strip into memory of its own first
  uint32_t directory = 0;         ///< TIFF: where the directory of the picture stands

  int64_t pixels() const { return Product(width, height); }
  /// Of the image as displayed.
  int64_t shown_width() const { return orientation >= 5 ? height : width; }
  int64_t shown_height() const { return orientation >= 5 ? width : height; }
};

/// Recognises the format by its signature, never by a name, and reads what stands before the pixels, of other places
/// 10,000 chunks at most: microseconds.
/// Throws Error: kEmptyImage; kUnsupportedFormat, naming GIF, HEIC, camera raw, lossless JPEG and others it knows;
/// kCorruptImage where the header is cut short or gives no size, and where more than 10,000 segments or chunks stand
/// before the pixels.
Header ReadHeader(Bytes image);

/// Segments or chunks before the pixels: hundreds where a profile or a second picture is split into many.
constexpr int kMostInFront = 10'000;

[[noreturn]] inline void ThrowCorruptHeader(const char* format) {
  throw Error(ErrorCode::kCorruptImage, std::string("the ") + format + " header is damaged or cut short");
}

constexpr char kAccepted[] = "send JPEG, PNG, WebP, BMP, TIFF or PNM";
constexpr char kEndsEarly[] = "the image ends early: part of it is missing";

/// `what` is a sound kind of image that is not read, for example "lossless JPEG".
[[noreturn]] inline void ThrowUnsupported(const std::string& what) {
  throw Error(ErrorCode::kUnsupportedFormat, what + " is not supported: " + kAccepted);
}

[[noreturn]] inline void ThrowCorrupt() {
  throw Error(ErrorCode::kCorruptImage, "the image cannot be decoded: its data is damaged");
}

[[noreturn]] inline void ThrowTruncated() { throw Error(ErrorCode::kTruncatedImage, kEndsEarly); }

}  // namespace faces
