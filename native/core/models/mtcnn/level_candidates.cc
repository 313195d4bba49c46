#include "level_candidates.h"

#include <algorithm>
#include <utility>

namespace faces::mtcnn {
namespace {

// Windows are at least two image pixels apart, so their corners determine their order.
bool IsBefore(const Candidate& a, const Candidate& b) {
  return a.box.y1 != b.box.y1 ? a.box.y1 < b.box.y1 : a.box.x1 < b.box.x1;
}

bool IsBetter(const Candidate& a, const Candidate& b) {
  return a.score != b.score ? a.score > b.score : IsBefore(a, b);
}

}  // namespace

void LevelCandidates::Add(const std::vector<Candidate>& tile) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (found_.size() + tile.size() > 2 * max_) KeepBest();
  found_.insert(found_.end(), tile.begin(), tile.end());
}

std::vector<Candidate> LevelCandidates::Take() {
  KeepBest();
  std::sort(found_.begin(), found_.end(), IsBefore);
  return std::exchange(found_, {});
}

void LevelCandidates::KeepBest() {
  if (found_.size() <= max_) return;
  std::nth_element(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(max_), found_.end(), IsBetter);
  found_.resize(max_);
}

}  // namespace faces::mtcnn
