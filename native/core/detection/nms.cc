#include "nms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "argsort.h"

namespace faces {
namespace {

constexpr double kMaxCellsAcross = 4096;

// Checks the cancel flag about every 10 microseconds of comparisons.
class CheckpointPacer {
 public:
  explicit CheckpointPacer(const CancelFlag& cancel) : cancel_(cancel) {}
  void Step(size_t comparisons) {
    constexpr size_t kBetween = 4096;
    since_ += comparisons;
    if (since_ < kBetween) return;
    since_ = 0;
    Checkpoint(cancel_);
  }

 private:
  const CancelFlag& cancel_;
  size_t since_ = 0;
};

double LongerSide(const Box& box) { return std::max({Width(box), Height(box), 1.0}); }

// A grid of taken boxes of similar size, each listed in every cell it touches: overlapping boxes share a cell, so a
// candidate is compared only with its neighbours.
class Grid {
 public:
  // Extends the grid's bounds; call it for all boxes before the first Add.
  void Extend(const Box& box) {
    const Box touched = Touched(box);
    if (count_++ == 0) bounds_ = touched;
    bounds_ = {std::min(bounds_.x1, touched.x1), std::min(bounds_.y1, touched.y1), std::max(bounds_.x2, touched.x2),
               std::max(bounds_.y2, touched.y2)};
    side_sum_ += LongerSide(box);
  }

  void Add(const Box* box) {
    if (cells_.empty()) LayOut();
    ForEachCell(*box, [&](std::vector<const Box*>& cell) {
      cell.push_back(box);
      return false;
    });
  }

  template <typename Predicate>
  bool AnyNear(const Box& box, CheckpointPacer& pacer, Predicate predicate) {
    if (cells_.empty()) return false;
    return ForEachCell(box, [&](const std::vector<const Box*>& cell) {
      pacer.Step(1 + cell.size());
      return std::any_of(cell.begin(), cell.end(), [&](const Box* other) { return predicate(*other); });
    });
  }

 private:
  void LayOut() {
    // The mean side, so that most boxes touch four cells; larger if that would make many more cells than boxes.
    const auto count = static_cast<double>(count_);
    cell_ = std::max({side_sum_ / count, std::sqrt(Width(bounds_) * Height(bounds_) / count),
                      std::max(Width(bounds_), Height(bounds_)) / kMaxCellsAcross});
    columns_ = Index(bounds_.x2 - bounds_.x1) + 1;
    cells_.resize(columns_ * (Index(bounds_.y2 - bounds_.y1) + 1));
  }

  size_t Index(double distance) const { return static_cast<size_t>(distance / cell_); }

  // Extended by half a pixel: inclusive corners one pixel apart touch. An inverted box counts as a point.
  static Box Touched(const Box& box) {
    return {box.x1 - 0.5, box.y1 - 0.5, std::max(box.x2, box.x1) + 0.5, std::max(box.y2, box.y1) + 0.5};
  }

  // Calls visit(cell) until it returns true; returns whether it did.
  template <typename Visit>
  bool ForEachCell(const Box& box, Visit visit) {
    const Box touched = Touched(box);
    const double left = std::max(touched.x1, bounds_.x1), right = std::min(touched.x2, bounds_.x2);
    const double top = std::max(touched.y1, bounds_.y1), bottom = std::min(touched.y2, bounds_.y2);
    if (left > right || top > bottom) return false;
    const size_t last_row = Index(bottom - bounds_.y1), last_column = Index(right - bounds_.x1);
    for (size_t row = Index(top - bounds_.y1); row <= last_row; ++row) {
      for (size_t column = Index(left - bounds_.x1); column <= last_column; ++column) {
        if (visit(cells_[row * columns_ + column])) return true;
      }
    }
    return false;
  }

  size_t count_ = 0;
  Box bounds_;
  double side_sum_ = 0;
  double cell_ = 1;
  size_t columns_ = 0;
  std::vector<std::vector<const Box*>> cells_;
};

// Taken boxes, in one grid per octave of their longer side. In a single grid, large boxes would touch every cell of the
// small ones: half a million candidates of a picture made for this took minutes.
class TakenBoxes {
 public:
  TakenBoxes(const std::vector<Candidate>& candidates, double threshold, OverlapOver over, const CancelFlag& cancel)
      : threshold_(threshold), over_(over), pacer_(cancel) {
    // If the overlap of two boxes is more than `threshold` of their union, the ratio of their longer sides is at most 1
    // / threshold; 0.99 allows for rounding.
    if (over == OverlapOver::kUnion && threshold > 0)
      reach_ = static_cast<int>(std::ceil(-std::log2(threshold * 0.99)));
    for (const Candidate& candidate : candidates) grids_[Octave(candidate.box)].Extend(candidate.box);
  }

  void Add(const Box* box) { grids_[Octave(*box)].Add(box); }

  bool Overlaps(const Box& box) {
    const int octave = Octave(box);
    for (auto grid = grids_.lower_bound(octave - reach_); grid != grids_.end() && grid->first <= octave + reach_;
         ++grid) {
      if (grid->second.AnyNear(box, pacer_, [&](const Box& other) { return Overlap(box, other, over_) > threshold_; }))
        return true;
    }
    return false;
  }

 private:
  static int Octave(const Box& box) { return std::ilogb(LongerSide(box)); }

  const double threshold_;
  const OverlapOver over_;
  CheckpointPacer pacer_;
  int reach_ = 2 * std::numeric_limits<double>::max_exponent;  // in octaves; by default all
  std::map<int, Grid> grids_;
};

}  // namespace

double Overlap(const Box& a, const Box& b, OverlapOver over) {
  const double width = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + 1);
  const double height = std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + 1);
  const double overlap = width * height;
  const double area_a = Width(a) * Height(a);
  const double area_b = Width(b) * Height(b);
  return overlap / (over == OverlapOver::kUnion ? area_a + area_b - overlap : std::min(area_a, area_b));
}

std::vector<size_t> NonMaximumSuppression(const std::vector<Candidate>& candidates, double threshold, OverlapOver over,
                                          const CancelFlag& cancel, size_t max) {
  std::vector<size_t> taken;
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  const std::vector<size_t> order = ArgSort(scores);
  Checkpoint(cancel);
  TakenBoxes boxes(candidates, threshold, over, cancel);
  for (auto index = order.rbegin(); index != order.rend() && taken.size() < max; ++index) {
    const Box& box = candidates[*index].box;
    if (boxes.Overlaps(box)) continue;
    boxes.Add(&box);
    taken.push_back(*index);
  }
  return taken;
}

std::vector<Candidate> Pick(const std::vector<Candidate>& candidates, const std::vector<size_t>& indices) {
  std::vector<Candidate> picked;
  picked.reserve(indices.size());
  for (const size_t index : indices) picked.push_back(candidates[index]);
  return picked;
}

}  // namespace faces
