#include "nms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "argsort.h"

namespace faces {
namespace {

constexpr double kMaxCellsAcross = 4096;

// Looks at the cancel flag once in about 10 microseconds of comparing.
class Pace {
 public:
  explicit Pace(const CancelFlag& cancel) : cancel_(cancel) {}
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

// Taken boxes of about one size, listed in every cell they touch: two boxes that overlap share a cell, so a candidate
// is compared with its neighbours only.
class Grid {
 public:
  // Widens the grid, which is not used before all of its boxes have been announced.
  void Announce(const Box& box) {
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
  bool AnyNear(const Box& box, Pace& pace, Predicate predicate) {
    if (cells_.empty()) return false;
    return ForEachCell(box, [&](const std::vector<const Box*>& cell) {
      pace.Step(1 + cell.size());
      return std::any_of(cell.begin(), cell.end(), [&](const Box* other) { return predicate(*other); });
    });
  }

 private:
  void LayOut() {
    // The mean side, so that most boxes touch four cells; larger where that would make many more cells than boxes.
    const auto count = static_cast<double>(count_);
    cell_ = std::max({side_sum_ / count, std::sqrt(Width(bounds_) * Height(bounds_) / count),
                      std::max(Width(bounds_), Height(bounds_)) / kMaxCellsAcross});
    columns_ = Index(bounds_.x2 - bounds_.x1) + 1;
    cells_.resize(columns_ * (Index(bounds_.y2 - bounds_.y1) + 1));
  }

  size_t Index(double distance) const { return static_cast<size_t>(distance / cell_); }

  // Half a pixel outwards: inclusive corners that lie one pixel apart touch. A box turned inside out counts as a point.
  static Box Touched(const Box& box) {
    return {box.x1 - 0.5, box.y1 - 0.5, std::max(box.x2, box.x1) + 0.5, std::max(box.y2, box.y1) + 0.5};
  }

  // Calls visit(cell) until it answers true; says whether it did.
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

// Taken boxes in a grid for each octave of their longer side. In one grid for all, large boxes would touch every cell
// of the small ones: half a million candidates of a picture drawn for it took minutes.
class Taken {
 public:
  Taken(const std::vector<Candidate>& candidates, double threshold, OverlapOver over, const CancelFlag& cancel)
      : threshold_(threshold), over_(over), pace_(cancel) {
    // Where the common part of two boxes is more than a share of both together, neither has a side that is longer than
    // the other's by more than that share; the second factor is for what rounding may add.
    if (over == OverlapOver::kUnion && threshold > 0)
      reach_ = static_cast<int>(std::ceil(-std::log2(threshold * 0.99)));
    for (const Candidate& candidate : candidates) grids_[Octave(candidate.box)].Announce(candidate.box);
  }

  void Add(const Box* box) { grids_[Octave(*box)].Add(box); }

  bool Overlaps(const Box& box) {
    const int octave = Octave(box);
    for (auto grid = grids_.lower_bound(octave - reach_); grid != grids_.end() && grid->first <= octave + reach_;
         ++grid) {
      if (grid->second.AnyNear(box, pace_, [&](const Box& other) { return Overlap(box, other, over_) > threshold_; }))
        return true;
    }
    return false;
  }

 private:
  static int Octave(const Box& box) { return std::ilogb(LongerSide(box)); }

  const double threshold_;
  const OverlapOver over_;
  Pace pace_;
  int reach_ = 2 * std::numeric_limits<double>::max_exponent;  // octaves; all
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
                                          const CancelFlag& cancel, size_t most) {
  std::vector<size_t> taken;
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  const std::vector<size_t> order = ArgSort(scores);
  Checkpoint(cancel);
  Taken boxes(candidates, threshold, over, cancel);
  for (auto index = order.rbegin(); index != order.rend() && taken.size() < most; ++index) {
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
