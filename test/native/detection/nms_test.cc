#include "detection/nms.h"

#include <algorithm>
#include <cmath>

#include "../fixtures.h"
#include "detection/argsort.h"

using namespace faces;

namespace {

// The definition, without a grid: every candidate against every one taken.
std::vector<size_t> NaiveSuppression(const std::vector<Candidate>& candidates, double threshold, OverlapOver over) {
  std::vector<double> scores;
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  std::vector<size_t> order = ArgSort(scores);
  std::vector<size_t> taken;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    const bool is_dropped = std::any_of(taken.begin(), taken.end(), [&](size_t other) {
      return Overlap(candidates[*i].box, candidates[other].box, over) > threshold;
    });
    if (!is_dropped) taken.push_back(*i);
  }
  return taken;
}

// Overlap counted pixel by pixel on whole-numbered boxes.
double CountedOverlap(const Box& a, const Box& b, OverlapOver over) {
  int in_a = 0, in_b = 0, in_both = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      const bool is_in_a = x >= a.x1 && x <= a.x2 && y >= a.y1 && y <= a.y2;
      const bool is_in_b = x >= b.x1 && x <= b.x2 && y >= b.y1 && y <= b.y2;
      in_a += is_in_a;
      in_b += is_in_b;
      in_both += is_in_a && is_in_b;
    }
  }
  return double(in_both) / (over == OverlapOver::kUnion ? in_a + in_b - in_both : std::min(in_a, in_b));
}

Candidate RandomCandidate(fixtures::Random& random, double extent, double largest) {
  const double x = random.Uniform(-20, extent);
  const double y = random.Uniform(-20, extent);
  // Few distinct scores, so that ties are common; now and then a box turned inside out.
  return {{x, y, x + random.Uniform(-3, largest), y + random.Uniform(-3, largest)}, random.Next(20) / 20.0, {}};
}

const CancelFlag never;

}  // namespace

TEST_CASE("overlap is what counting pixels gives") {
  fixtures::Random random(3);
  const auto coordinate = [&] { return double(random.Next(30)); };
  for (int i = 0; i < 300; ++i) {
    Box a{coordinate(), coordinate(), 0, 0}, b{coordinate(), coordinate(), 0, 0};
    a.x2 = a.x1 + random.Next(10), a.y2 = a.y1 + random.Next(10);
    b.x2 = b.x1 + random.Next(10), b.y2 = b.y1 + random.Next(10);
    for (const OverlapOver over : {OverlapOver::kUnion, OverlapOver::kSmaller}) {
      CHECK(Overlap(a, b, over) == doctest::Approx(CountedOverlap(a, b, over)));
    }
  }
}

TEST_CASE("suppression equals its definition") {
  fixtures::Random random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Candidate> candidates;
    const uint32_t count = 1 + random.Next(200);
    const double extent = random.Uniform(1, 400);
    const double largest = random.Next(2) == 0 ? 30 : 300;
    for (uint32_t i = 0; i < count; ++i) candidates.push_back(RandomCandidate(random, extent, largest));
    for (const OverlapOver over : {OverlapOver::kUnion, OverlapOver::kSmaller}) {
      for (const double threshold : {0.0, 0.3, 0.5, 0.7}) {
        CAPTURE(round);
        CHECK(NonMaximumSuppression(candidates, threshold, over, never) ==
              NaiveSuppression(candidates, threshold, over));
      }
    }
  }
}

// Boxes of every size together are kept apart by size: none may be missed.
TEST_CASE("suppression equals its definition for sizes of many octaves, and for boxes of about a pixel") {
  fixtures::Random random(11);
  for (int round = 0; round < 60; ++round) {
    std::vector<Candidate> candidates;
    for (int i = 0; i < 300; ++i) {
      const double side = round % 2 == 0 ? std::exp2(random.Uniform(0, 11)) : random.Uniform(0, 3);
      const double x = random.Uniform(-20, round % 2 == 0 ? 1000 : 10), y = random.Uniform(-20, 20);
      const double ratio = std::exp2(random.Uniform(-2, 2));
      candidates.push_back({{x, y, x + side * ratio, y + side / ratio}, random.Next(1000) / 1000.0, {}});
    }
    for (const OverlapOver over : {OverlapOver::kUnion, OverlapOver::kSmaller}) {
      for (const double threshold : {0.0, 0.1, 0.3, 0.5, 0.7, 1.0}) {
        CAPTURE(round);
        CAPTURE(threshold);
        CHECK(NonMaximumSuppression(candidates, threshold, over, never) ==
              NaiveSuppression(candidates, threshold, over));
      }
    }
  }
}

TEST_CASE("no more than asked for are taken, and those first") {
  fixtures::Random random(13);
  std::vector<Candidate> candidates;
  for (int i = 0; i < 300; ++i) candidates.push_back(RandomCandidate(random, 400, 30));
  const std::vector<size_t> all = NonMaximumSuppression(candidates, 0.5, OverlapOver::kUnion, never);
  REQUIRE(all.size() > 100);
  for (const size_t most : {size_t{0}, size_t{1}, size_t{100}, all.size(), all.size() + 1}) {
    const std::vector<size_t> some = NonMaximumSuppression(candidates, 0.5, OverlapOver::kUnion, never, most);
    REQUIRE(some.size() == std::min(most, all.size()));
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
  }
}

// In one grid for all sizes, large boxes touched all cells of the small ones, and each was compared with what they
// hold.
TEST_CASE("large boxes over hundreds of thousands of small ones are no matter of minutes") {
  fixtures::Random random(15);
  std::vector<Candidate> candidates;
  for (int i = 0; i < 300'000; ++i) {
    const double side = i % 30 == 0 ? random.Uniform(500, 7000) : random.Uniform(12, 40);
    const double x = random.Uniform(0, 7000), y = random.Uniform(0, 7000);
    candidates.push_back({{x, y, x + side, y + side}, random.Uniform(0, 1), {}});
  }
  CHECK(NonMaximumSuppression(candidates, 0.7, OverlapOver::kUnion, never).size() > 100'000);
}

TEST_CASE("no candidates, one candidate, twins") {
  CHECK(NonMaximumSuppression({}, 0.5, OverlapOver::kUnion, never).empty());
  const Candidate one{{0, 0, 9, 9}, 0.9, {}};
  CHECK(NonMaximumSuppression({one}, 0.5, OverlapOver::kUnion, never) == std::vector<size_t>{0});
  CHECK(NonMaximumSuppression({one, one}, 0.5, OverlapOver::kUnion, never).size() == 1);
}

TEST_CASE("an overlap of just the threshold stays") {
  const std::vector<Candidate> halves{{{0, 0, 9, 9}, 0.9, {}}, {{0, 0, 9, 4}, 0.8, {}}};
  CHECK(NonMaximumSuppression(halves, 0.5, OverlapOver::kUnion, never).size() == 2);
  CHECK(NonMaximumSuppression(halves, 0.5, OverlapOver::kSmaller, never).size() == 1);
}

TEST_CASE("boxes far beyond any image neither hang nor take memory") {
  const std::vector<Candidate> candidates{
      {{0, 0, 1e30, 3}, 0.9, {}}, {{5, 0, 20, 1e30}, 0.8, {}}, {{0, 0, 5, 5}, 0.7, {}}};
  CHECK(NonMaximumSuppression(candidates, 0.5, OverlapOver::kUnion, never).size() == 3);
}

TEST_CASE("a hundred thousand candidates are no matter of minutes, and can be cancelled") {
  fixtures::Random random(7);
  std::vector<Candidate> candidates;
  for (int i = 0; i < 100000; ++i) candidates.push_back(RandomCandidate(random, 20000, 40));
  CHECK(NonMaximumSuppression(candidates, 0.5, OverlapOver::kUnion, never).size() > 50000);
  CancelFlag cancel;
  cancel.Cancel();
  CHECK(fixtures::CodeOf([&] { NonMaximumSuppression(candidates, 0.5, OverlapOver::kUnion, cancel); }) == "ABORTED");
}
