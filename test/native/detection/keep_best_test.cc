#include "detection/keep_best.h"

#include <doctest/doctest.h>

using namespace faces;

namespace {

// Candidates that their place tells apart.
std::vector<Candidate> Scored(const std::vector<double>& scores) {
  std::vector<Candidate> candidates;
  for (const double score : scores) candidates.push_back({{double(candidates.size()), 0, 0, 0}, score, {}});
  return candidates;
}

std::vector<double> Places(const std::vector<Candidate>& candidates) {
  std::vector<double> places;
  for (const Candidate& candidate : candidates) places.push_back(candidate.box.x1);
  return places;
}

std::vector<double> Kept(const std::vector<double>& scores, size_t most) {
  std::vector<Candidate> candidates = Scored(scores);
  KeepBest(candidates, most);
  return Places(candidates);
}

}  // namespace

TEST_CASE("the best are left in their order, of equal scores the first") {
  CHECK(Kept({0.5, 0.9, 0.7, 0.8}, 2) == std::vector<double>{1, 3});
  CHECK(Kept({0.5, 0.9, 0.9, 0.9, 0.2}, 2) == std::vector<double>{1, 2});
  CHECK(Kept({0.5, 0.5, 0.5}, 1) == std::vector<double>{0});
}

TEST_CASE("no more than may be left stay as they are") {
  CHECK(Kept({0.1, 0.3, 0.2}, 3) == std::vector<double>{0, 1, 2});
  CHECK(Kept({}, 3).empty());
  CHECK(Kept({0.1, 0.3}, 0).empty());
}
