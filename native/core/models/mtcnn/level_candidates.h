#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "detection/box.h"

namespace faces::mtcnn {

/// Limit for the candidates of one level; the best are kept. Only thresholds near 0 or a picture made for it come near.
constexpr size_t kMaxCandidatesPerLevel = 500'000;

/// Collects the candidates of one level's tiles. Independent of their order, and thread-safe.
class LevelCandidates {
 public:
  explicit LevelCandidates(size_t max = kMaxCandidatesPerLevel) : max_(max) {}

  /// Adds `tile`'s candidates; first reduces to the best `max` if there would be more than twice `max`.
  void Add(const std::vector<Candidate>& tile);

  /// Current number of candidates.
  size_t size() const { return found_.size(); }

  /// Returns the best `max` (the first among equal scores, row by row), row by row, and empties this object.
  std::vector<Candidate> Take();

 private:
  void KeepBest();

  const size_t max_;
  std::mutex mutex_;
  std::vector<Candidate> found_;
};

}  // namespace faces::mtcnn
