#include "yunet.h"

#include <algorithm>
#include <cmath>

#include "detection/face_candidates.h"
#include "levels.h"
#include "stopwatch.h"

namespace faces::yunet {
namespace {

// FaceDetectorYN's share of a union; and of the smaller of two on different levels (as MTCNN's last step): a network
// that sees only parts of a large face takes some of them for faces.
constexpr double kOverlap = 0.3;
constexpr double kLevelsOverlap = 0.7;

// `x` and `y`: pixels of the image for a pixel of the level.
Face Decode(const Place& place, double x, double y) {
  const double stride = place.stride, column = place.column, row = place.row;
  const double centre_x = (column + place.box[0]) * stride, centre_y = (row + place.box[1]) * stride;
  const double half_width = std::exp(double(place.box[2])) * stride / 2;
  const double half_height = std::exp(double(place.box[3])) * stride / 2;
  Face face;
  face.confidence = std::sqrt(std::clamp(place.class_score, 0.F, 1.F) * std::clamp(place.object_score, 0.F, 1.F));
  face.box = {(centre_x - half_width) * x, (centre_y - half_height) * y, (centre_x + half_width) * x,
              (centre_y + half_height) * y};
  face.landmarks.emplace();
  for (size_t i = 0; i < face.landmarks->size(); ++i) {
    (*face.landmarks)[i] = {(column + place.points[2 * i]) * stride * x, (row + place.points[2 * i + 1]) * stride * y};
  }
  return face;
}

}  // namespace

YuNet::YuNet(const ModelFiles& files, EngineChoice choice, int threads)
    : chosen_(ChooseEngine(
          choice, [&] { return MakeFusedEngine(files); }, [&] { return MakeOpenCvEngine(files); },
          [](const auto& fused, const auto& opencv) { return Difference(*fused, *opencv); })),
      pool_(static_cast<size_t>(threads)) {}

std::vector<Face> YuNet::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                              std::vector<Stage>& stages) {
  Stopwatch watch;
  std::vector<Face> found;
  for (const cv::Size& size : Levels(image.size(), options.min_face_size)) {
    Checkpoint(cancel);
    Level level(image, size);
    const std::vector<Face> on_level = FindOn(level, image.size(), options, cancel);
    found.insert(found.end(), on_level.begin(), on_level.end());
  }
  std::vector<Face> faces = Suppress(found, kLevelsOverlap, OverlapOver::kSmaller, cancel);
  stages.push_back({"yunet", watch.Lap(), faces.size()});
  return faces;
}

std::vector<Face> YuNet::FindOn(Level& level, const cv::Size& image, const Options& options, const CancelFlag& cancel) {
  places_.clear();
  chosen_.engine->Look(level, options.onet_threshold, pool_, cancel, places_);
  std::vector<Face> found;
  for (const Place& place : places_) {
    const Face face =
        Decode(place, double(image.width) / level.size().width, double(image.height) / level.size().height);
    if (IsCandidate(face, options)) found.push_back(face);
  }
  return Suppress(found, kOverlap, OverlapOver::kUnion, cancel);
}

}  // namespace faces::yunet
