#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "error.h"

namespace faces {

/// A point in pixels of the displayed image: origin at the top left corner, x to the right, y down.
struct Point {
  double x = 0;
  double y = 0;
};

/// Two corners, top left and bottom right, in pixels. Inside the cascade both corners belong to the box (the side is x2
/// - x1 + 1, as in the reference); outside, the width is x2 - x1.
struct Box {
  double x1 = 0;
  double y1 = 0;
  double x2 = 0;
  double y2 = 0;
};

/// Left eye, right eye, nose, left corner of the mouth, right corner of the mouth.
/// Left is the viewer's left, as in the training data of the weights.
using Landmarks = std::array<Point, 5>;

/// Public names of the landmarks, in order. src/library/detection.ts has the same names.
constexpr std::array<const char*, 5> kLandmarkNames{"leftEye", "rightEye", "nose", "mouthLeft", "mouthRight"};

/// How usable a face is, measured from its landmarks and pixels (render/quality.h). Angles are in degrees, 0 for a face
/// that is upright and looks at the camera.
struct FaceQuality {
  double roll = 0;        ///< clockwise, -180 to 180
  double yaw = 0;         ///< coarse: to the viewer's right, -90 to 90
  double pitch = 0;       ///< coarse: up, -90 to 90
  double sharpness = 0;   ///< variance of the Laplacian on a crop of fixed size, in squared levels of 8 bits
  double brightness = 0;  ///< mean luma of that crop, 0 to 255
  double size = 0;        ///< distance of the eyes, in pixels
};

struct Face {
  Box box;
  float confidence = 0;  ///< 0 to 1
  std::optional<Landmarks> landmarks;
  std::optional<FaceQuality> quality{};
};

/// Limit for the faces of a search; the most confident are kept. The densest test photograph has 332 on 1.4 megapixels,
/// which would be 11,600 on 50.
constexpr size_t kMaxFaces = 20'000;

enum class SortBy { kConfidence, kArea };

/// The smallest Options::min_face_size: P-Net's window, in pixels.
constexpr double kMinFaceSize = 12;

/// The most threads that may share a search.
constexpr int kMaxThreads = 64;

/// Whether faces are measured, and which are left out for what was measured.
struct QualityOptions {
  bool report = false;  ///< set Face::quality
  double max_roll = 180;
  double max_yaw = 90;
  double min_sharpness = 0;

  bool AreLimits() const { return max_roll < 180 || max_yaw < 90 || min_sharpness > 0; }
  bool NeedMeasuring() const { return report || AreLimits(); }
};

/// The options of a call. The defaults are those of the replaced service (deep_utils 0.8.8) except `clip`.
struct Options {
  double min_face_size = 20;    ///< pixels of the displayed image, at least kMinFaceSize
  float pnet_threshold = 0.6F;  ///< a score must be greater than its threshold, 0 to 1
  float rnet_threshold = 0.7F;
  float onet_threshold = 0.8F;  ///< for models other than MTCNN: the score of a face
  double scale_factor = 0.707;  ///< between two levels of the image pyramid, above 0 and below 1
  int max_faces = 0;            ///< 0: all; applied after sorting
  int max_side = 0;             ///< 0: unlimited; else a longer image is shrunk first, boxes are scaled back
  SortBy sort = SortBy::kConfidence;
  bool clip = true;                 ///< clip boxes to the image, drop those without area
  int64_t max_pixels = 50'000'000;  ///< width x height as stored; more is refused before decoding
  bool accept_truncated = false;    ///< search what can be read of a truncated or damaged JPEG
  bool fast_decode = false;         ///< reduce a JPEG while decoding, where max_side or min_face_size allow it
  bool find_orientation = false;    ///< look which way is up, beyond what EXIF says (detection/turn.h)
  QualityOptions quality{};         ///< limits apply before max_faces
};

/// Time and result of one stage.
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
  /// With Options::find_orientation: quarter turns clockwise, 0 to 3, by which the displayed image is upright.
  std::optional<int> turn{};
  std::optional<size_t> left_out{};  ///< how many faces were found and are beyond the limits of Options::quality
};

/// Borrowed bytes that stay unchanged during the call.
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
