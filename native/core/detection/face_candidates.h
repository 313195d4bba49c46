#pragma once

#include <vector>

#include "error.h"
#include "nms.h"
#include "types.h"

namespace faces {

/// Whether what a network proposes is asked for: surer than Options::onet_threshold, and its longer side at least two
/// thirds of Options::min_face_size, as MTCNN's windows of that size become boxes of down to two thirds of it. Throws
/// Error{kModelInvalid} for a box that no picture can hold (weights gone wrong).
bool IsCandidate(const Face& face, const Options& options);

/// Greedy non-maximum suppression as NonMaximumSuppression, with landmarks: what is left, surest first,
/// kMaxFaces at most.
std::vector<Face> Suppress(const std::vector<Face>& faces, double threshold, OverlapOver over,
                           const CancelFlag& cancel);

}  // namespace faces
