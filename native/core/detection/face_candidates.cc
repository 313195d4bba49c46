#include "face_candidates.h"

#include <algorithm>
#include <cmath>

namespace faces {
namespace {

// Relative to Options::min_face_size: 95 % of MTCNN's 359 boxes on the test photographs are larger.
constexpr double kSmallestBox = 2.0 / 3;

}  // namespace

bool IsCandidate(const Face& face, const Options& options) {
  if (!(face.confidence > options.onet_threshold)) return false;
  constexpr double kFar = 1e9;  // beyond any image
  const auto& [x1, y1, x2, y2] = face.box;
  for (const double corner : {x1, y1, x2, y2}) {
    if (!(std::abs(corner) < kFar)) throw Error(ErrorCode::kModelInvalid, "the weights give an impossible box");
  }
  return std::max(x2 - x1, y2 - y1) >= options.min_face_size * kSmallestBox;
}

std::vector<Face> Suppress(const std::vector<Face>& faces, double threshold, OverlapOver over,
                           const CancelFlag& cancel) {
  std::vector<Candidate> candidates;
  candidates.reserve(faces.size());
  for (const Face& face : faces) candidates.push_back({face.box, face.confidence, {}});
  std::vector<Face> left;
  for (const size_t index : NonMaximumSuppression(candidates, threshold, over, cancel, kMaxFaces)) {
    left.push_back(faces[index]);
  }
  return left;
}

}  // namespace faces
