#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "error.h"
#include "kernels/buffer.h"
#include "kernels/shrink.h"
#include "thread_pool.h"

namespace faces::yunet {

/// A picture at one of the sizes at which the network sees it, shrunk as its rows are asked for: memory is that of the
/// rows, not of the level. For one caller at a time.
class Level {
 public:
  /// The picture as it is. `image` (CV_8UC3, BGR, at least 1x1) must outlive this.
  explicit Level(const cv::Mat& image) : Level(image, image.size()) {}

  /// `size`: neither side longer than the image's, none 0.
  Level(const cv::Mat& image, const cv::Size& size);

  const cv::Size& size() const { return size_; }

  /// Rows from `first` on, `count` or as many as there are, even none. They last until the next call. Throws Error.
  cv::Mat Rows(int first, int count, ThreadPool& pool, const CancelFlag& cancel);

 private:
  const cv::Mat image_;
  const cv::Size size_;
  std::unique_ptr<kernels::Shrink> shrink_;  // none at the image's own size
  cv::Mat rows_;
  std::vector<kernels::Buffer> sums_;  // of each thread
};

}  // namespace faces::yunet
