#include "nms.h"

#include <algorithm>
#include <cmath>

#include "argsort.h"

namespace faces::mtcnn {
namespace {

constexpr double kMaxCellsAcross = 4096;

// Taken boxes, listed in every cell they touch: two boxes that overlap share a cell, so a candidate is compared with
// its neighbours only.
class Grid {
 public:
  explicit Grid(const std::vector<Candidate>& candidates) {
    const Box& first = candidates.front().box;
    bounds_ = {first.x1, first.y1, first.x1, first.y1};
    double side_sum = 0;
    for (const Candidate& candidate : candidates) {
      const Box& box = candidate.box;
      bounds_.x1 = std::min({bounds_.x1, box.x1, box.x2});
      bounds_.y1 = std::min({bounds_.y1, box.y1, box.y2});
      bounds_.x2 = std::max({bounds_.x2, box.x1, box.x2});
      bounds_.y2 = std::max({bounds_.y2, box.y1, box.y2});
      side_sum += std::max({Width(box), Height(box), 1.0});
    }
    // The mean side, so that most boxes touch four cells; larger where that would make many more cells than candidates.
    const auto count = static_cast<double>(candidates.size());
    cell_ = std::max({side_sum / count, std::sqrt(Width(bounds_) * Height(bounds_) / count),
                      std::max(Width(bounds_), Height(bounds_)) / kMaxCellsAcross});
    columns_ = Column(bounds_.x2) + 1;
    cells_.resize(columns_ * (Row(bounds_.y2) + 1));
  }

  void Add(const Box* box) {
    ForEachCell(*box, [&](std::vector<const Box*>& cell) {
      cell.push_back(box);
      return false;
    });
  }

  template <typename Predicate>
  bool AnyNear(const Box& box, Predicate predicate) {
    return ForEachCell(box, [&](const std::vector<const Box*>& cell) {
      return std::any_of(cell.begin(), cell.end(), [&](const Box* other) { return predicate(*other); });
    });
  }

 private:
  size_t Column(double x) const { return static_cast<size_t>((x - bounds_.x1) / cell_); }
  size_t Row(double y) const { return static_cast<size_t>((y - bounds_.y1) / cell_); }

  // Calls visit(cell) until it answers true; says whether it did. Half a pixel outwards: inclusive corners that lie one
  // pixel apart touch.
  template <typename Visit>
  bool ForEachCell(const Box& box, Visit visit) {
    const size_t last_row = std::min(Row(std::max(box.y2, box.y1) + 0.5), cells_.size() / columns_ - 1);
    const size_t last_column = std::min(Column(std::max(box.x2, box.x1) + 0.5), columns_ - 1);
    for (size_t row = Row(std::max(box.y1 - 0.5, bounds_.y1)); row <= last_row; ++row) {
      for (size_t column = Column(std::max(box.x1 - 0.5, bounds_.x1)); column <= last_column; ++column) {
        if (visit(cells_[row * columns_ + column])) return true;
      }
    }
    return false;
  }

  Box bounds_;
  double cell_;
  size_t columns_;
  std::vector<std::vector<const Box*>> cells_;
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
                                          const CancelFlag& cancel) {
  std::vector<size_t> taken;
  if (candidates.empty()) return taken;
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const Candidate& candidate : candidates) scores.push_back(candidate.score);
  std::vector<size_t> order = ArgSort(scores);
  Grid grid(candidates);
  for (auto index = order.rbegin(); index != order.rend(); ++index) {
    Checkpoint(cancel);
    const Box& box = candidates[*index].box;
    if (grid.AnyNear(box, [&](const Box& other) { return Overlap(box, other, over) > threshold; })) continue;
    grid.Add(&box);
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

}  // namespace faces::mtcnn
