#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "detection/box.h"

namespace faces::mtcnn {

/// Candidates that one level may give. Only thresholds near 0 or a picture drawn for the purpose come near it; of more,
/// the best are kept.
constexpr size_t kMaxCandidatesPerLevel = 500'000;

/// Gathers what the tiles of one level give. The outcome does not depend on their order; any number of threads may add.
class LevelCandidates {
 public:
  explicit LevelCandidates(size_t most = kMaxCandidatesPerLevel) : most_(most) {}

  /// Keeps `tile`'s candidates, or the best of all so far where they would be more than twice `most`.
  void Add(const std::vector<Candidate>& tile);

  /// How many are held now.
  size_t size() const { return found_.size(); }

  /// The best `most` (of equal scores the first, row by row), row by row. Leaves nothing.
  std::vector<Candidate> Take();

 private:
  void KeepBest();

  const size_t most_;
  std::mutex mutex_;
  std::vector<Candidate> found_;
};

}  // namespace faces::mtcnn
