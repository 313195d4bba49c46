#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "buffer.h"
#include "layer.h"

namespace faces::kernels {

/// P-Net's first layer: a 3x3 convolution of three colours, PReLU, and the maximum over 2x2 in steps of 2, rounding up.
/// Its ten outputs would fill two thirds of the vectors of kernels::Convolve. Here vectors hold pixels, so that no lane
/// is idle; and as even and odd columns lie apart, the four numbers of a maximum stand in the same lane. Maps are rows
/// of planes: row, channel, column. Not for use by two threads at once.
class FirstLayer {
 public:
  static constexpr int kGroup = 5;      ///< outputs come in so many; those beyond the published ones are zeros
  static constexpr size_t kPoints = 4;  ///< of Winograd's F(2, 3), down the columns

  /// `numbers`: 3 inputs, kernel 3.
  explicit FirstLayer(const LayerParams& numbers);

  int outputs() const { return outputs_; }
  /// From one channel of a row of the answer to the next, in floats, for pictures of `width` pixels.
  static size_t Plane(int width);
  /// Floats of a row of pixels as Split writes it.
  static size_t SplitRow(int width);

  /// Adjusts `width` 3-byte pixels to the networks' range, (v - 127.5) / 128, and sorts them into planes.
  static void Split(const uint8_t* pixels, int width, float* row);

  /// One row of the answer, outputs() planes filled up with zeros, from the first `rows` (3 or 4) split rows of
  /// `split`.
  void Run(const float* split, int width, int rows, float* out);

 private:
  int outputs_;
  Buffer weights_;  // [output / kGroup][point][colour][column][output % kGroup], as the kernels go through it
  Buffer points_;
  std::vector<float> bias_;
  std::vector<float> slopes_;
};

}  // namespace faces::kernels
