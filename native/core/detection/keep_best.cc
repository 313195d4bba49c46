#include "keep_best.h"

#include <algorithm>
#include <numeric>

namespace faces {

void KeepBest(std::vector<Candidate>& candidates, size_t max) {
  if (candidates.size() <= max) return;
  std::vector<size_t> indices(candidates.size());
  std::iota(indices.begin(), indices.end(), size_t{0});
  const auto end = indices.begin() + static_cast<std::ptrdiff_t>(max);
  std::nth_element(indices.begin(), end, indices.end(), [&](size_t a, size_t b) {
    return candidates[a].score != candidates[b].score ? candidates[a].score > candidates[b].score : a < b;
  });
  std::sort(indices.begin(), end);
  for (size_t i = 0; i < max; ++i) candidates[i] = candidates[indices[i]];
  candidates.resize(max);
}

}  // namespace faces
