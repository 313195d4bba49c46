#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "types.h"

namespace faces {

/// What pictures are written as.
enum class PictureFormat { kJpeg, kPng, kWebp };

/// The image with what was found drawn over it: boxes and, where asked for, points and scores.
struct AnnotateOptions {
  bool landmarks = true;
  bool scores = true;
};

/// The image with its faces hidden.
struct RedactOptions {
  enum class Mode {
    kBlur,      ///< a smooth surface made of kSamplesAcross samples across the face (redact.h)
    kPixelate,  ///< these samples as squares
    kFill,      ///< black: the only one of which nothing can be computed back
  };
  enum class Shape { kEllipse, kBox };
  Mode mode = Mode::kBlur;
  Shape shape = Shape::kEllipse;
  /// What is hidden beyond the box at each side, in its widths to the left and right and in its heights above and
  /// below, 0 to 1. From 0.21 on the ellipse covers all of the box.
  double margin = 0.3;
};

/// A picture of each face.
struct CropOptions {
  bool align = true;  ///< turned and scaled so that the five points lie as face recognisers expect (align.h)
  /// Side in pixels of aligned crops, 1 to 1024, 0 for 112; the longer side of plain ones, 0 to leave the image's
  /// pixels.
  int size = 0;
  double margin = 0;  ///< of plain crops: what is added to the box at each side, as RedactOptions::margin
};

struct RenderOptions {
  std::variant<AnnotateOptions, RedactOptions, CropOptions> what;
  std::optional<PictureFormat> format;  ///< default: the image's own if it is one of these, else PNG
  int quality = 0;                      ///< of JPEG and WebP, 1 to 100; 0 for the format's default (encode.h)
};

/// An encoded picture.
struct Picture {
  int width = 0;  ///< in pixels
  int height = 0;
  std::vector<uint8_t> bytes;
};

/// What was found, and what was made of it.
struct Rendered {
  Detection detection;
  PictureFormat format = PictureFormat::kPng;
  std::vector<Picture> pictures;  ///< one; of CropOptions one for each face, in their order
};

}  // namespace faces
