#pragma once

#include <vector>

#include "error.h"
#include "nms.h"
#include "types.h"

namespace faces {

/// Whether a network's face satisfies the options: its score exceeds Options::onet_threshold, and its longer side is at
/// least two thirds of Options::min_face_size, since MTCNN's windows of that size become boxes of down to two thirds of
/// it. Throws Error{kModelInvalid} for a box that no image can contain (broken weights).
bool IsCandidate(const Face& face, const Options& options);

/// NonMaximumSuppression for faces with landmarks: the remaining faces, most confident first, at most kMaxFaces.
std::vector<Face> Suppress(const std::vector<Face>& faces, double threshold, OverlapOver over,
                           const CancelFlag& cancel);

}  // namespace faces
