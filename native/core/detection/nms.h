#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "box.h"
#include "error.h"

namespace faces {

/// What an overlap's area is divided by: both boxes together (intersection over union), or the smaller one.
enum class OverlapOver { kUnion, kSmaller };

/// Share of the overlap, 0 to 1, of two boxes with inclusive corners.
double Overlap(const Box& a, const Box& b, OverlapOver over);

/// Greedy non-maximum suppression: takes candidates from the highest score down (ArgSort read from its end) and drops
/// each that overlaps one taken before by more than `threshold`, until `most` are taken. Returns indices in the order
/// taken. Time grows with the count times the local crowding, not with the count squared. Checkpoints on the way.
std::vector<size_t> NonMaximumSuppression(const std::vector<Candidate>& candidates, double threshold, OverlapOver over,
                                          const CancelFlag& cancel, size_t most = std::numeric_limits<size_t>::max());

/// The candidates at `indices`, in that order.
std::vector<Candidate> Pick(const std::vector<Candidate>& candidates, const std::vector<size_t>& indices);

}  // namespace faces
