#include "fused_pnet.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/conv.h"
#include "kernels/interleave.h"
#include "kernels/pool.h"
#include "kernels/screen.h"
#include "kernels/softmax.h"

namespace faces::mtcnn {
namespace {

using namespace kernels;

constexpr size_t kColours = 3;
constexpr size_t kLogits = 2;
constexpr size_t kPooledDepth = 16;  // the first layer's ten outputs, padded for kernels::Winograd

// Rows of windows that pass through all layers before the next: intermediate results stay in the second-level cache,
// and each layer's weights are loaded once for this many rows.
constexpr int kStrip = 8;

// Winograd tile side of the second and third convolution.
constexpr int kTile = 4;

int TilesOf(int length) { return (length + kTile - 1) / kTile; }

// Maximum of rows between the layers: the second layer makes whole tiles, one more than a strip needs in the first
// strip.
constexpr size_t kSecondRows = kStrip + kTile;
constexpr size_t kPooledRows = kSecondRows + 2;

// Rows between two layers, from the next one to be read.
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

// The lowest logit difference "face" - "none" at which the score can exceed `threshold`, less two margins: for the
// float score, which is off by some 1e-7, and for the logits, which the screen sums in another order than the heads (32
// products: off by 32 x 6e-8 of their absolute sum, which would have to be 25,000).
float LowestDifference(float threshold) {
  const double share = static_cast<double>(threshold) - 1e-6;
  if (share <= 0) return -std::numeric_limits<float>::infinity();
  return static_cast<float>(std::log(share / (1 - std::min(share, 1 - 1e-6))) - 0.05);
}

}  // namespace

FusedPNet::FusedPNet(const std::vector<LayerParams>& trunk, const LayerParams& heads)
    : conv1_(trunk.at(0)), conv2_(trunk.at(1), kTile), conv3_(trunk.at(2), kTile), heads_(heads) {
  const auto inputs = static_cast<size_t>(heads.inputs);
  const float* weights = heads.weights.data();
  difference_.Take(inputs);
  for (size_t i = 0; i < inputs; ++i) difference_.data()[i] = weights[inputs + i] - weights[i];
  bias_difference_ = heads.bias[1] - heads.bias[0];
}

void FusedPNet::Run(const uint8_t* bgr, int width, int height, float threshold, const Use& use) {
  const size_t depth2 = static_cast<size_t>(conv2_.padded_outputs());
  const size_t depth3 = static_cast<size_t>(conv3_.padded_outputs());
  const size_t depth4 = static_cast<size_t>(heads_.padded_outputs());
  const int columns = Pooled(width - 2, 2) - 4;
  const int rows = Pooled(height - 2, 2) - 4;
  const size_t bgr_row = static_cast<size_t>(width) * kColours;
  const size_t pixel_row = FirstLayer::SplitRow(width);

  float* pixels = pixels_.Take(pixel_row * (2 * kPooledRows + 2));
  const size_t plane = FirstLayer::Plane(width);
  const auto channels = static_cast<size_t>(conv1_.outputs());
  float* planes = planes_.Take(channels * plane);
  // Whole tiles, even at the right and lower border: what lies beyond is zero, or left over from earlier rows of this
  // image.
  const int tile_columns2 = TilesOf(columns + 2);
  const int tile_columns3 = TilesOf(columns);
  const size_t pooled_columns = static_cast<size_t>(tile_columns2 + 1) * kTile;
  const size_t pooled_row = pooled_columns * kPooledDepth;
  const size_t second_row = static_cast<size_t>(tile_columns3 + 1) * kTile * depth2;
  const size_t third_row = static_cast<size_t>(tile_columns3) * kTile * depth3;
  const size_t pooled_size = pooled_row * kPooledRows;
  Band pooled{pooled_.Take(pooled_size), pooled_row};
  std::fill_n(pooled.data, pooled_size, 0.0F);
  const size_t second_size = second_row * kSecondRows;
  Band second{second_.Take(second_size), second_row};
  std::fill_n(second.data, second_size, 0.0F);
  float* third = third_.Take(third_row * kStrip);
  float* answer = answer_.Take(depth4);
  likely_.resize(static_cast<size_t>(columns));
  const float lowest = LowestDifference(threshold) - bias_difference_;

  for (int first = 0; first < rows; first += kStrip) {
    const int last = std::min(first + kStrip, rows);

    // At the end there may be none left: the strip before has made them.
    const int second_tiles = TilesOf(last + 2 - second.end);
    const int second_end = second.end + second_tiles * kTile;
    const int pooled_end = std::min(second_end, rows + 2) + 2;

    pooled.DropBefore(second.end);
    const int first_pixel = 2 * pooled.end;
    const int last_pixel = std::min(2 * pooled_end + 2, height);
    for (int pixel = first_pixel; pixel < last_pixel; ++pixel) {
      FirstLayer::Split(bgr + static_cast<size_t>(pixel) * bgr_row, width,
                        pixels + static_cast<size_t>(pixel - first_pixel) * pixel_row);
    }
    for (; pooled.end < pooled_end; ++pooled.end) {
      const int pixel = 2 * pooled.end;
      conv1_.Run(pixels + static_cast<size_t>(pixel - first_pixel) * pixel_row, width, std::min(4, height - pixel),
                 planes);
      Interleave(planes, plane, channels, pooled_columns, pooled.At(pooled.end), kPooledDepth);
    }

    second.DropBefore(first);
    conv2_.Convolve({pooled.At(second.end), pooled_row, kPooledDepth}, {tile_columns2, second_tiles},
                    {second.At(second.end), second_row, depth2});
    second.end = second_end;

    conv3_.Convolve({second.At(first), second_row, depth2}, {tile_columns3, TilesOf(last - first)},
                    {third, third_row, depth3});
    // Few windows are near a face: score and regression are computed for those only.
    for (int row = first; row < last; ++row) {
      const float* maps = third + static_cast<size_t>(row - first) * third_row;
      const size_t likely =
          Screen(maps, static_cast<size_t>(columns), depth3, difference_.data(), lowest, likely_.data());
      for (size_t i = 0; i < likely; ++i) {
        const int column = likely_[i];
        Convolve(heads_, {maps + static_cast<size_t>(column) * depth3, 0, depth3}, 1, 1, {answer, 0, depth4});
        const float score = SecondShare(answer[0], answer[1]);
        if (score > threshold) use(column, row, score, answer + kLogits);
      }
    }
  }
}

}  // namespace faces::mtcnn
