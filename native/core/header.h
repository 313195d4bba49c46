#pragma once

#include <cstdint>

#include "types.h"

namespace faces {

enum class Format { kJpeg, kPng, kWebp, kBmp, kTiff };

/// What becomes of an image's transparency: the search never sees it, a picture made of the image has it again.
enum class Alpha { kDropped, kKept };

/// Of two numbers that a file gives (0 to 2^32), 2^40 where it would be more: no decoder gets that far, and what is
/// reckoned with it stays within 64 bits.
constexpr int64_t Product(int64_t a, int64_t b) {
  constexpr int64_t kMost = int64_t{1} << 40;
  return a > 0 && b > kMost / a ? kMost : a * b;
}

/// What an encoded image says of itself before any pixel is decoded.
struct Header {
  Format format;
  /// As stored, before the orientation is applied; of a TIFF in tiles at least the size of a tile, which the decoder
  /// unpacks whole.
  int64_t width = 0;
  int64_t height = 0;
  int orientation = 1;        ///< EXIF 1 to 8: how to turn the stored pixels for display
  bool is_complete = true;    ///< false where the file ends before the image does, as far as the container tells
  bool has_alpha = false;     ///< of a still picture, not multiplied into the colours; that of BMP does not count
  bool is_animated = false;   ///< WebP: the first frame has to be cut out
  bool is_lossless = false;   ///< WebP: of the first frame
  bool is_deep = false;       ///< TIFF: gray or colour of 16 bits a sample that OpenCV can give as they are
  size_t alpha_kind_at = 0;   ///< TIFF: where it says that colours are not multiplied by alpha yet; 0 where it does not
  size_t strip_rows_at = 0;   ///< TIFF: where it says that a strip has more rows than the picture; 0 where it does not
  size_t orientation_at = 0;  ///< TIFF: where it gives an orientation that turns or flips; 0 where it does not
  size_t orientation_bytes = 0;

  // What decoding takes hangs on these.
  int samples = 3;  ///< a pixel: colours and alpha
  int bits = 8;     ///< a sample
  int scans = 1;    ///< JPEG: passes over the picture
  /// JPEG: coefficients that are kept until the last scan has been read, 0 where there is one scan that has all.
  int64_t coefficients = 0;
  int64_t strip_pixels = 0;       ///< TIFF: of one strip or tile, which the decoder unpacks whole
  int64_t strips = 0;             ///< TIFF: strips or tiles, of one sample where they are apart
  bool is_planar = false;         ///< TIFF: sample after sample, each in strips of its own
  bool is_compressed = false;     ///< TIFF
  bool has_whole_strips = false;  ///< TIFF: by a compression that unpacks a strip into memory of its own first

  int64_t pixels() const { return Product(width, height); }
  /// Of the image as displayed.
  int64_t shown_width() const { return orientation >= 5 ? height : width; }
  int64_t shown_height() const { return orientation >= 5 ? width : height; }
};

/// How much of a file is looked at.
enum class Extent {
  kFront,  ///< what stands before the pixels, and of other places 10,000 chunks at most: microseconds
  kAll,    ///< also whether a JPEG, PNG or WebP has its end, and how many scans a JPEG has
};

/// Recognises the format by its signature, never by a name, and reads its header.
/// Throws Error: kEmptyImage; kUnsupportedFormat, naming GIF, HEIC, AVIF, SVG and others it knows; kCorruptImage where
/// the header is cut short or gives no size, where a JPEG has more than 100 scans, and where more than 10,000 segments
/// or chunks stand before the pixels. By kFront `is_complete` is true of JPEG and PNG, `scans` counts the first one
/// only, and an orientation that stands behind 10,000 chunks is not seen.
Header ReadHeader(Bytes image, Extent extent = Extent::kAll);

}  // namespace faces
