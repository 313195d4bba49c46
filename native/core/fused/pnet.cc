#include "pnet.h"

#include <algorithm>
#include <cstring>

#include "conv.h"
#include "pool.h"
#include "softmax.h"

namespace faces::fused {
namespace {

constexpr size_t kColours = 3;
constexpr size_t kLogits = 2;

// Rows of windows that go through all layers before the next: what lies between the layers stays in the second-level
// cache, and each layer's weights are fetched once for as many rows.
constexpr int kStrip = 6;

// Side of the tiles of the third convolution.
constexpr int kTile = 3;

// The rows that a layer has still to read, and those that it will read next to them.
struct Band {
  float* data;
  size_t row;  // floats
  int first = 0;
  int end = 0;

  float* At(int index) const { return data + static_cast<size_t>(index - first) * row; }

  void DropBefore(int index) {
    std::memmove(data, At(index), static_cast<size_t>(end - index) * row * sizeof(float));
    first = index;
  }
};

}  // namespace

PNet::PNet(const std::vector<LayerNumbers>& trunk, const LayerNumbers& heads)
    : conv1_(trunk.at(0)), conv2_(trunk.at(1)), conv3_(trunk.at(2)), heads_(heads) {}

void PNet::Run(const uint8_t* bgr, int width, int height, float threshold, const Use& use) {
  const size_t depth2 = static_cast<size_t>(conv2_.padded_outputs());
  const size_t depth3 = static_cast<size_t>(conv3_.padded_outputs());
  const size_t depth4 = static_cast<size_t>(heads_.padded_outputs());
  const int pooled_width = Pooled(width - 2, 2);
  const int columns = pooled_width - 4;
  const int rows = Pooled(height - 2, 2) - 4;
  const size_t bgr_row = static_cast<size_t>(width) * kColours;
  const size_t pixel_row = FirstLayer::SplitRow(width);
  const auto windows = static_cast<size_t>(columns) * kStrip;

  float* pixels = pixels_.Take(pixel_row * (2 * (kStrip + 4) + 2));
  const size_t plane = FirstLayer::Plane(width);
  const size_t pooled_row = static_cast<size_t>(conv1_.outputs()) * plane;
  // Whole tiles, also at the right and lower border: beyond it lies what was there before, numbers all the same.
  const int tile_columns = (columns + kTile - 1) / kTile;
  const size_t second_row = static_cast<size_t>(tile_columns * kTile + 2) * depth2;
  const size_t third_row = static_cast<size_t>(tile_columns * kTile) * depth3;
  Band pooled{pooled_.Take(pooled_row * (kStrip + 4)), pooled_row};
  const size_t second_size = second_row * (kStrip + 2);
  Band second{second_.Take(second_size), second_row};
  std::fill_n(second.data, second_size, 0.0F);
  float* third = third_.Take(third_row * kStrip);
  float* answers = answers_.Take(windows * depth4);

  for (int first = 0; first < rows; first += kStrip) {
    const int last = std::min(first + kStrip, rows);

    pooled.DropBefore(second.end);
    const int first_pixel = 2 * pooled.end;
    const int last_pixel = std::min(2 * (last + 4) + 2, height);
    for (int pixel = first_pixel; pixel < last_pixel; ++pixel) {
      FirstLayer::Split(bgr + static_cast<size_t>(pixel) * bgr_row, width,
                        pixels + static_cast<size_t>(pixel - first_pixel) * pixel_row);
    }
    for (; pooled.end < last + 4; ++pooled.end) {
      const int pixel = 2 * pooled.end;
      conv1_.Run(pixels + static_cast<size_t>(pixel - first_pixel) * pixel_row, width, std::min(4, height - pixel),
                 pooled.At(pooled.end));
    }

    second.DropBefore(first);
    Convolve(conv2_, {pooled.At(second.end), pooled_row, 1, plane}, pooled_width - 2, last + 2 - second.end,
             {second.At(second.end), second_row, depth2});
    second.end = last + 2;

    conv3_.Convolve({second.At(first), second_row, depth2}, tile_columns, (last - first + kTile - 1) / kTile,
                    {third, third_row, depth3});
    Convolve(heads_, {third, third_row, depth3}, columns, last - first,
             {answers, static_cast<size_t>(columns) * depth4, depth4});

    const float* answer = answers;
    for (int row = first; row < last; ++row) {
      for (int column = 0; column < columns; ++column, answer += depth4) {
        const float score = SecondShare(answer[0], answer[1]);
        if (score > threshold) use(column, row, score, answer + kLogits);
      }
    }
  }
}

}  // namespace faces::fused
