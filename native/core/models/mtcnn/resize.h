#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "kernels/blend.h"

namespace faces::mtcnn {

/// A rectangle of an image, in pixels. It may reach beyond the image; what lies outside is black.
struct Window {
  int64_t x = 0;
  int64_t y = 0;
  int width = 0;   ///< at least 1
  int height = 0;  ///< at least 1
};

/// Linear resizing of 8-bit, 3-channel pixels, bit for bit as `cv::resize(..., INTER_LINEAR)` does it on x86 (11-bit
/// weights, the exact half as 2x2 means). Answers hang on every bit here (other resamplings find other faces), and two
/// things that OpenCV does not offer are needed: a block of the result at a time, which bounds memory on large images,
/// and windows that reach beyond the image, without a copy. Not for use by two threads at once.
class LinearResize {
 public:
  /// `image` is CV_8UC3 and must outlive this object.
  LinearResize(const cv::Mat& image, const Window& window, int width, int height);

  /// Writes a block of the resized window, which lies inside its width and height: rows of block.width * 3 bytes.
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
  bool is_inside_;  // the window's columns, of the image
  std::vector<Tap> columns_;
  std::vector<Tap> rows_;
  std::array<std::vector<uint8_t>, 2> padded_;
  std::array<std::vector<int16_t>, 2> blended_;  // two source rows, the block's columns blended, times 128
  std::array<int, 2> blended_row_{-1, -1};       // which rows they are
};

}  // namespace faces::mtcnn
