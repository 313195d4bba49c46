#include "level.h"

#include <algorithm>

namespace faces::yunet {
namespace {

// Rows that a thread shrinks between two looks at the cancel flag.
constexpr int kRowsOfPart = 8;

}  // namespace

Level::Level(const cv::Mat& image, const cv::Size& size) : image_(image), size_(size) {
  if (size != image.size()) {
    shrink_ = std::make_unique<kernels::Shrink>(image.cols, image.rows, size.width, size.height);
  }
}

cv::Mat Level::Rows(int first, int count, ThreadPool& pool, const CancelFlag& cancel) {
  const int begin = std::min(first, size_.height);
  const int end = std::min(first + count, size_.height);
  if (!shrink_) return image_.rowRange(begin, end);
  if (rows_.rows < end - begin) rows_.create(end - begin, size_.width, CV_8UC3);
  sums_.resize(pool.threads());
  const int parts = (end - begin + kRowsOfPart - 1) / kRowsOfPart;
  pool.ForEach(static_cast<size_t>(parts), [&](size_t thread, size_t part) {
    Checkpoint(cancel);
    float* sums = sums_[thread].Take(static_cast<size_t>(image_.cols) * 3);
    const int from = begin + static_cast<int>(part) * kRowsOfPart;
    for (int row = from; row < std::min(from + kRowsOfPart, end); ++row) {
      shrink_->Row(image_.data, image_.step, row, sums, rows_.ptr(row - begin));
    }
  });
  return rows_.rowRange(0, end - begin);
}

}  // namespace faces::yunet
