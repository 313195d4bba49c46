#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "box.h"
#include "error.h"

namespace faces {

/// What an overlap's area is divided by: the union of both boxes, or the smaller box.
enum class OverlapOver { kUnion, kSmaller };

/// The overlap of two boxes with inclusive corners as a share, 0 to 1.
double Overlap(const Box& a, const Box& b, OverlapOver over);

/// Greedy non-maximum suppression: takes candidates from the highest score down (ArgSort read from its end), and drops
/// each that overlaps an already taken one by more than `threshold`, until `max` are taken. Returns indices in the
/// order taken. Time grows with the count times the local density, not with the count squared. Calls Checkpoint on the
/// way.
std::vector<size_t> NonMaximumSuppression(const std::vector<Candidate>& candidates, double threshold, OverlapOver over,
                                          const CancelFlag& cancel, size_t max = std::numeric_limits<size_t>::max());

/// The candidates at `indices`, in that order.
std::vector<Candidate> Pick(const std::vector<Candidate>& candidates, const std::vector<size_t>& indices);

}  // namespace faces
