#pragma once

#include <cstdint>

#include "types.h"

namespace faces {

enum class Format { kJpeg, kPng, kWebp, kBmp, kTiff };

/// What an encoded image says of itself before any pixel is decoded.
struct Header {
  Format format;
  /// As stored, before the orientation is applied; of a TIFF in tiles at least the size of a tile, which the decoder
  /// unpacks whole.
  int64_t width = 0;
  int64_t height = 0;
  int orientation = 1;       ///< EXIF 1 to 8: how to turn what the decoder gives; 1 for TIFF, which it turns itself
  bool is_complete = true;   ///< false where the file ends before the image does, as far as the container tells
  bool has_alpha = false;    ///< of a still picture, not multiplied into the colours; that of BMP does not count
  bool is_animated = false;  ///< WebP: the first frame has to be cut out
  bool is_deep = false;      ///< TIFF: gray or colour of 16 bits a sample that OpenCV can give as they are
  size_t alpha_kind_at = 0;  ///< TIFF: where it says that colours are not multiplied by alpha yet; 0 where it does not
  size_t strip_rows_at = 0;  ///< TIFF: where it says that a strip has more rows than the picture; 0 where it does not
};

/// Recognises the format by its signature, never by a name, and reads its header.
/// Throws Error: kEmptyImage; kUnsupportedFormat, naming GIF, HEIC, AVIF, SVG and others it knows; kCorruptImage where
/// the header is cut short or gives no size, or where a JPEG has more than 100 scans.
Header ReadHeader(Bytes image);

}  // namespace faces
