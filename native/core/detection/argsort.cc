#include "argsort.h"

#include <utility>

namespace faces {
namespace {

constexpr std::ptrdiff_t kInsertionSpan = 15;  // insertion sort is used up to this value of last - first

class Sorter {
 public:
  explicit Sorter(const std::vector<double>& values) : values_(values), order_(values.size()) {
    for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  }

  std::vector<size_t> Run() {
    if (order_.empty()) return {};
    int splits = 0;
    for (size_t n = order_.size(); n > 1; n /= 2) splits += 2;
    parts_.push_back({0, static_cast<std::ptrdiff_t>(order_.size()) - 1, splits});
    while (!parts_.empty()) {
      const Part part = parts_.back();
      parts_.pop_back();
      SortPart(part);
    }
    return std::move(order_);
  }

 private:
  struct Part {
    std::ptrdiff_t first, last;  // both inclusive
    int splits;                  // remaining splits before heap sort
  };

  double At(std::ptrdiff_t i) const { return values_[order_[static_cast<size_t>(i)]]; }
  size_t& Index(std::ptrdiff_t i) { return order_[static_cast<size_t>(i)]; }
  void Swap(std::ptrdiff_t a, std::ptrdiff_t b) { std::swap(Index(a), Index(b)); }

  void SortPart(Part part) {
    if (part.splits < 0) return HeapSort(part.first, part.last);
    while (part.last - part.first > kInsertionSpan) {
      const std::ptrdiff_t pivot = Partition(part.first, part.last);
      --part.splits;
      Part later = part;
      if (pivot - part.first < part.last - pivot) {
        later.first = pivot + 1;
        part.last = pivot - 1;
      } else {
        later.last = pivot - 1;
        part.first = pivot + 1;
      }
      parts_.push_back(later);
    }
    InsertionSort(part.first, part.last);
  }

  // Median of three as pivot, moved next to the end; both ends act as sentinels.
  std::ptrdiff_t Partition(std::ptrdiff_t first, std::ptrdiff_t last) {
    const std::ptrdiff_t middle = first + (last - first) / 2;
    if (At(middle) < At(first)) Swap(middle, first);
    if (At(last) < At(middle)) Swap(last, middle);
    if (At(middle) < At(first)) Swap(middle, first);
    const double pivot = At(middle);
    std::ptrdiff_t left = first;
    std::ptrdiff_t right = last - 1;
    Swap(middle, right);
    for (;;) {
      do ++left;
      while (At(left) < pivot);
      do --right;
      while (pivot < At(right));
      if (left >= right) break;
      Swap(left, right);
    }
    Swap(left, last - 1);
    return left;
  }

  void InsertionSort(std::ptrdiff_t first, std::ptrdiff_t last) {
    for (std::ptrdiff_t i = first + 1; i <= last; ++i) {
      const size_t moving = Index(i);
      std::ptrdiff_t hole = i;
      for (; hole > first && values_[moving] < At(hole - 1); --hole) Index(hole) = Index(hole - 1);
      Index(hole) = moving;
    }
  }

  void HeapSort(std::ptrdiff_t first, std::ptrdiff_t last) {
    const std::ptrdiff_t count = last - first + 1;
    for (std::ptrdiff_t root = count / 2; root >= 1; --root) SiftDown(first, root, count);
    for (std::ptrdiff_t size = count; size > 1; --size) {
      Swap(first, first + size - 1);
      SiftDown(first, 1, size - 1);
    }
  }

  // Positions start at 1, so that the children of p are 2p and 2p + 1.
  void SiftDown(std::ptrdiff_t first, std::ptrdiff_t position, std::ptrdiff_t size) {
    const size_t moving = Index(first + position - 1);
    for (std::ptrdiff_t child = 2 * position; child <= size; child = 2 * position) {
      if (child < size && At(first + child - 1) < At(first + child)) ++child;
      if (!(values_[moving] < At(first + child - 1))) break;
      Index(first + position - 1) = Index(first + child - 1);
      position = child;
    }
    Index(first + position - 1) = moving;
  }

  const std::vector<double>& values_;
  std::vector<size_t> order_;
  std::vector<Part> parts_;
};

}  // namespace

std::vector<size_t> ArgSort(const std::vector<double>& values) { return Sorter(values).Run(); }

}  // namespace faces
