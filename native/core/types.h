#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "error.h"

namespace faces {

/// Pixels of the displayed image: origin at its top left corner, x to the right, y down.
struct Point {
  double x = 0;
  double y = 0;
};

/// Two corners, top left and bottom right, in pixels. Inside the cascade both corners belong to the box
/// (the side is x2 - x1 + 1, as in the reference); to the outside the width is x2 - x1.
struct Box {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
};

/// Left eye, right eye, nose, left corner of the mouth, right corner of the mouth.
/// Left is the viewer's left, as in the training data of the weights.
using Landmarks = std::array<Point, 5>;

/// What the points are called outside, in their order. src/library/detection.ts has the same names.
constexpr std::array<const char*, 5> kLandmarkNames{"leftEye", "rightEye", "nose", "mouthLeft", "mouthRight"};

struct Face {
  Box box;
  float confidence = 0;  ///< 0 to 1
  std::optional<Landmarks> landmarks;
};

/// Faces that a search may give; of more, the surest are kept. The densest test photograph's 332 on 1.4 megapixels are
/// 11,600 on 50.
constexpr size_t kMaxFaces = 20'000;

enum class SortBy { kConfidence, kArea };

/// The least Options::min_face_size: P-Net's window, in pixels.
constexpr double kLeastFaceSize = 12;

/// The most threads that may share a search.
constexpr int kMostThreads = 64;

/// One call's options. The defaults are those of the replaced service (deep_utils 0.8.8) except `clip`.
struct Options {
  double min_face_size = 20;    ///< pixels of the displayed image, at least kLeastFaceSize
  float pnet_threshold = 0.6F;  ///< a score must be greater than its threshold, 0 to 1
  float rnet_threshold = 0.7F;
  float onet_threshold = 0.8F;  ///< of other networks than MTCNN's: the score of a face
  double scale_factor = 0.707;  ///< between two levels of the image pyramid, over 0 and under 1
  int max_faces = 0;            ///< 0: all; cuts after sorting
  int max_side = 0;             ///< 0: as it is; else a longer image is shrunk first, boxes are scaled back
  SortBy sort = SortBy::kConfidence;
  bool clip = true;                 ///< clip boxes to the image and drop those left without area
  int64_t max_pixels = 50'000'000;  ///< width x height as stored; more is refused before decoding
  bool accept_truncated = false;  ///< take a JPEG that ends early or has damaged data, with the faces of what is there
  bool fast_decode = false;       ///< reduce a JPEG while decoding, where max_side or min_face_size allow it
};

/// What one stage took and left over.
struct Stage {
  std::string name;  ///< "decode", "resize", "pnet", "rnet", "onet"; or that of the model
  double ms = 0;
  size_t candidates = 0;  ///< left after the stage's non-maximum suppression
};

struct Detection {
  int width = 0;  ///< of the displayed image: EXIF orientation applied, before any max_side
  int height = 0;
  std::vector<Face> faces;
  std::vector<Stage> stages;
  std::optional<Defect> defect{};
};

/// Bytes that somebody else owns and that stay unchanged during the call.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

/// Uncompressed pixels, row after row without gaps, 8 bits a channel.
struct RawImage {
  Bytes pixels;  ///< width * height * channels bytes
  int width = 0;
  int height = 0;
  int channels = 0;    ///< 1 gray, 3 colour, 4 colour and alpha (alpha is dropped)
  bool is_rgb = true;  ///< channel order: RGB(A), or else BGR(A)
};

}  // namespace faces
