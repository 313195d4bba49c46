// Non-maximum suppression and the arithmetic of boxes against the plainest way to compute each.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "detection/argsort.h"
#include "detection/nms.h"
#include "input.h"

namespace {

using namespace faces;
using faces::Box;
using fuzz::Input;
using fuzz::Require;

// Sixteenths of a pixel around the origin, enlarged a thousandfold up to four times: a network may answer anything.
double Coordinate(Input& input) {
  const double near = input.Take<int16_t>() / 16.0;
  const int enlargement = input.Between(0, 19);
  return enlargement < 4 ? near * std::pow(1000.0, enlargement) : near;
}

// Few distinct scores: their ties decide which box stays.
Candidate TakeCandidate(Input& input) {
  const double x = Coordinate(input);
  const double y = Coordinate(input);
  const double width = input.Take<int16_t>() / 256.0;  // below zero: turned inside out
  const double height = input.Take<int16_t>() / 256.0;
  return {{x, y, x + width, y + height}, input.Between(0, 16) / 16.0, {}};
}

void CheckOrder(const std::vector<double>& scores, const std::vector<size_t>& order) {
  std::vector<size_t> every(scores.size());
  std::iota(every.begin(), every.end(), size_t{0});
  std::vector<size_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  Require(sorted == every, "sorting names every index once");
  Require(std::is_sorted(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; }),
          "sorting puts the values in increasing order");
}

void CheckSuppression(const std::vector<Candidate>& candidates, double threshold, OverlapOver over) {
  std::vector<double> scores;
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  std::vector<size_t> order = ArgSort(scores);
  CheckOrder(scores, order);
  std::reverse(order.begin(), order.end());
  std::vector<size_t> naive;
  for (const size_t i : order) {
    const bool is_dropped = std::any_of(naive.begin(), naive.end(), [&](size_t other) {
      return Overlap(candidates[i].box, candidates[other].box, over) > threshold;
    });
    if (!is_dropped) naive.push_back(i);
  }
  const faces::CancelFlag never;
  const std::vector<size_t> taken = NonMaximumSuppression(candidates, threshold, over, never);
  Require(taken == naive, "suppression keeps what comparing every pair keeps");
  Require(Pick(candidates, taken).size() == taken.size(), "as many are picked as there are indices");
}

void CheckOverlap(const Box& a, const Box& b) {
  for (const OverlapOver over : {OverlapOver::kUnion, OverlapOver::kSmaller}) {
    const double share = Overlap(a, b, over);
    Require(share == Overlap(b, a, over) || std::isnan(share), "overlap is the same both ways");
    const bool has_area = Width(a) > 0 && Height(a) > 0 && Width(b) > 0 && Height(b) > 0;
    constexpr double kRounding = 1e-3;  // corners of a billion pixels keep that much of a small box
    Require(!has_area || (share >= 0 && share <= 1 + kRounding), "overlap is a share");
  }
}

void CheckArithmetic(Input& input) {
  const Box box = TakeCandidate(input).box;
  const Box square = Square(box);
  const double size = std::max({std::abs(box.x1), std::abs(box.y1), Width(box), Height(box), 1.0});
  const double rounding = size * 1e-12;
  Require(std::abs(Width(square) - Height(square)) <= rounding, "a square's sides are equal");
  Require(std::abs(Width(square) - std::max(Width(box), Height(box))) <= rounding, "a square has the longer side");
  Require(std::abs(square.x1 + square.x2 + 1 - (box.x1 + box.x1 + Width(box))) <= 4 * rounding,
          "a square keeps the middle");
  const Box round = Round(box);
  Require(round.x1 == std::trunc(round.x1) && std::abs(round.x1 - box.x1) <= 0.5, "rounding goes to the nearest");
  Require(std::abs(round.x1 - box.x1) < 0.5 || std::fmod(round.x1, 2) == 0, "halves go to the even number");

  const int width = input.Between(1, 100);
  const int height = input.Between(1, 100);
  const Box inside = ClipToImage(box, width, height);
  Require(inside.x1 >= 0 && inside.y1 >= 0 && inside.x2 <= width - 1 && inside.y2 <= height - 1,
          "what is clipped lies inside");

  Regression shifts;
  for (float& shift : shifts) shift = input.Take<float>();  // any bits, infinity and NaN among them
  const bool are_finite = std::all_of(shifts.begin(), shifts.end(), [](float shift) { return std::isfinite(shift); });
  try {
    const Box moved = Regress(box, shifts);
    Require(are_finite, "shifts that are no numbers are refused");
    Require(moved.x1 == box.x1 + Width(box) * shifts[0] && moved.y2 == box.y2 + Height(box) * shifts[3],
            "corners move by their share of the side");
  } catch (const faces::Error& error) {
    Require(!are_finite && error.code() == faces::ErrorCode::kModelInvalid, "numbers are not refused");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const double threshold = input.Share();
  const OverlapOver over = input.Flip() ? OverlapOver::kUnion : OverlapOver::kSmaller;
  CheckArithmetic(input);
  std::vector<Candidate> candidates;
  constexpr size_t kMost = 300;
  while (!input.IsEmpty() && candidates.size() < kMost) candidates.push_back(TakeCandidate(input));
  for (size_t i = 1; i < candidates.size(); ++i) CheckOverlap(candidates[i - 1].box, candidates[i].box);
  CheckSuppression(candidates, threshold, over);
  return 0;
}
