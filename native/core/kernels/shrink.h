#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "buffer.h"

namespace faces::kernels {

/// Shrinks 8-bit pictures of three channels: each pixel becomes the mean of the area that it covers, rounded. The sums
/// are exact, with weights of 1/65536, so answers do not depend on the instruction set; most equal OpenCV's INTER_AREA,
/// the others are one more or less.
class Shrink {
 public:
  /// Neither side of the output may be longer than the input's, none is 0.
  Shrink(int in_width, int in_height, int out_width, int out_height);

  /// Makes a row of the output. `in`: the input's first row, the rows `in_row` bytes apart. `sums`: 3 * in_width floats
  /// of scratch. Any number of threads may call it at once.
  void Row(const uint8_t* in, size_t in_row, int row, float* sums, uint8_t* out) const;

 private:
  // What the pixels of an axis are made of: `count` neighbours each, some with a weight of 0.
  struct Taps {
    size_t count = 0;
    std::vector<size_t> first;
    std::vector<float> weights;  // whole numbers, 65536 in all of a pixel's
  };
  static Taps TapsOf(int in, int out);

  size_t in_width_;
  Taps columns_;
  Taps rows_;
};

}  // namespace faces::kernels
