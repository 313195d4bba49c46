#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "kernels/blend.h"

namespace faces::mtcnn {

/// A rectangle of an image, in pixels. It may extend beyond the image; the outside is black.
struct Window {
  int64_t x = 0;
  int64_t y = 0;
  int width = 0;   ///< at least 1
  int height = 0;  ///< at least 1
};

/// Linear resizing of 8-bit, 3-channel pixels, bit for bit like `cv::resize(..., INTER_LINEAR)` on x86 (11-bit weights,
/// exactly half by 2x2 means). Answers depend on every bit (other resampling methods find other faces), and OpenCV
/// lacks two things needed here: producing the result block by block, which bounds memory on large images, and windows
/// that extend beyond the image, without a copy. Not thread-safe.
class LinearResize {
 public:
  /// `image` is CV_8UC3 and must outlive this object.
  LinearResize(const cv::Mat& image, const Window& window, int width, int height);

  /// Writes a block of the resized window: rows of block.width * 3 bytes. `block` must be inside the result.
  void Block(const cv::Rect& block, uint8_t* out);

 private:
  using Tap = kernels::Tap;
  static std::vector<Tap> ColumnTaps(int from, int to);
  static std::vector<Tap> RowTaps(int from, int to);
  const uint8_t* SourceRow(int row, std::vector<uint8_t>& padded) const;
  void Prefetch(int row, const cv::Rect& block) const;
  const int16_t* BlendedColumns(int source_row, const cv::Rect& block);
  void LinearRow(int row, const cv::Rect& block, uint8_t* out);
  void MeanRow(int row, const cv::Rect& block, uint8_t* out);

  const cv::Mat& image_;
  Window window_;
  bool is_half_;
  bool is_inside_;  // all columns of the window are inside the image
  std::vector<Tap> columns_;
  std::vector<Tap> rows_;
  std::array<std::vector<uint8_t>, 2> padded_;
  std::array<std::vector<int16_t>, 2> blended_;  // two source rows with the block's columns blended, times 128
  std::array<int, 2> blended_row_{-1, -1};       // the indices of these rows
};

}  // namespace faces::mtcnn
