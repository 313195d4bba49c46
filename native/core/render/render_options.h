#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <variant>
#include <vector>

#include "types.h"

namespace faces {

/// Formats in which pictures are written.
enum class PictureFormat { kJpeg, kPng, kWebp };

/// The image with boxes drawn on it, and optionally points and scores.
struct AnnotateOptions {
  bool landmarks = true;
  bool scores = true;
};

/// A found face: its position among the faces, from 0, or a box that is about where it is (faces_to_hide.h).
using FaceChoice = std::variant<size_t, Box>;

/// The image with its faces hidden.
struct RedactOptions {
  enum class Mode {
    kBlur,      ///< a smooth surface made of kSamplesAcross samples across the face (redact.h)
    kPixelate,  ///< the samples as squares
    kFill,      ///< black: the only one that cannot be reversed at all
  };
  enum class Shape { kEllipse, kBox };
  enum class Whom { kAll, kAllExceptChosen, kOnlyChosen };
  Mode mode = Mode::kBlur;
  Shape shape = Shape::kEllipse;
  /// How far to hide beyond each side of the box, as a share of its width and height, 0 to 1. From 0.21 on the ellipse
  /// covers the whole box.
  double margin = 0.3;
  Whom whom = Whom::kAll;
  std::vector<FaceChoice> chosen{};
  std::vector<Box> regions{};     ///< hidden as well, as boxes without a margin, in pixels of the displayed image
  cv::Scalar fill{0, 0, 0, 255};  ///< what kFill writes into the picture's channels
};

/// A picture of each face.
struct CropOptions {
  bool align = true;  ///< rotated and scaled to the template of face recognisers (align.h)
  /// Side in pixels of aligned crops, 1 to 1024, 0 for 112; longer side of plain ones, 0 to keep the image's pixels.
  int size = 0;
  double margin = 0;  ///< plain crops only: added at each side of the box, like RedactOptions::margin
};

/// One picture of the best part of the image around its faces (framing.h).
struct FramingOptions {
  int width = 0;  ///< of the picture, in pixels; 0 to make none and only say where the faces are
  int height = 0;
  double zoom = 0;        ///< 0 for the largest part of that proportion, 1 for one just around the heads
  bool enlarges = false;  ///< always that size, though it takes more pixels than the part has
};

struct RenderOptions {
  std::variant<AnnotateOptions, RedactOptions, CropOptions, FramingOptions> what;
  std::optional<PictureFormat> format;  ///< default: the image's own if it is one of these, else PNG
  int quality = 0;                      ///< JPEG and WebP, 1 to 100; 0 for the format's default (encode.h)
};

/// An encoded picture.
struct Picture {
  int width = 0;  ///< in pixels
  int height = 0;
  std::vector<uint8_t> bytes;
};

/// The part of an image that a picture shows, and the middle of the faces in it.
struct Framing {
  cv::Rect part;  ///< in pixels of the displayed image
  Point focus;    ///< as shares of the image's width and height, 0 to 1
};

/// A detection and its pictures.
struct Rendered {
  Detection detection;
  PictureFormat format = PictureFormat::kPng;
  std::vector<Picture> pictures;     ///< one; for CropOptions one per face, in order
  std::optional<Framing> framing{};  ///< for FramingOptions
};

}  // namespace faces
