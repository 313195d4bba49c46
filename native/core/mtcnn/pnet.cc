#include "pnet.h"

#include <algorithm>
#include <cmath>

#include "crop.h"
#include "resize.h"

namespace faces::mtcnn {
namespace {

constexpr int kStride = 2;

// Rows (or columns) of windows on a level of that many pixels: two less for conv1, half of it rounded up for the pool,
// four less for conv2 and conv3.
int WindowCount(int pixels) { return (pixels - 1) / 2 - 4; }

// A tile's extent along one axis; the last ones are excluded.
struct Span {
  int first_window, last_window;
  int first_pixel, last_pixel;
};

// Tiles start on the stride and overlap by the receptive field, so that every window sees the pixels that it sees on
// the whole level. The last one takes the odd pixel that the pool rounds up to.
std::vector<Span> Spans(int pixels, int tile_side) {
  const int windows = WindowCount(pixels);
  const int most = (std::max(tile_side, kPNetWindow) - kPNetWindow) / kStride + 1;
  const int tiles = std::max((windows + most - 1) / most, 1);
  const int step = (windows + tiles - 1) / tiles;  // even shares: another size costs the network a new set-up
  std::vector<Span> spans;
  for (int first = 0; first < windows; first += step) {
    const int last = std::min(first + step, windows);
    spans.push_back({first, last, first * kStride, last == windows ? pixels : (last - 1) * kStride + kPNetWindow});
  }
  return spans;
}

Box WindowBox(int column, int row, double scale) {
  return {std::nearbyint((kStride * column + 1.0) / scale), std::nearbyint((kStride * row + 1.0) / scale),
          std::nearbyint((kStride * column + 1.0 + kPNetWindow) / scale),
          std::nearbyint((kStride * row + 1.0 + kPNetWindow) / scale)};
}

// The maps of one tile, columns x rows (see net.h).
void Collect(const std::vector<cv::Mat>& maps, const Span& across, const Span& down, double scale, float threshold,
             std::vector<Candidate>& found) {
  const int rows = down.last_window - down.first_window;
  const auto* score = maps[0].ptr<float>(0, 1);
  for (int column = across.first_window; column < across.last_window; ++column) {
    for (int row = down.first_window; row < down.last_window; ++row) {
      const int at = (column - across.first_window) * rows + row - down.first_window;
      if (!(score[at] > threshold)) continue;
      const auto shift = [&](int i) { return maps[1].ptr<float>(0, i)[at]; };
      found.push_back({WindowBox(column, row, scale), score[at], {shift(0), shift(1), shift(2), shift(3)}});
    }
  }
}

void KeepBest(std::vector<Candidate>& found) {
  if (found.size() <= kMaxCandidatesPerLevel) return;
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  found.resize(kMaxCandidatesPerLevel);
}

// Windows are at least two image pixels apart, so their corners tell their order.
void SortRowByRow(std::vector<Candidate>& found) {
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.box.y1 != b.box.y1 ? a.box.y1 < b.box.y1 : a.box.x1 < b.box.x1;
  });
}

}  // namespace

std::vector<Candidate> PNet::Propose(const cv::Mat& image, const Level& level, float threshold,
                                     const CancelFlag& cancel, int tile_side) {
  LinearResize resize(image, {0, 0, image.cols, image.rows}, level.width, level.height);
  std::vector<uint8_t> pixels;
  std::vector<Candidate> found;
  for (const Span& down : Spans(level.height, tile_side)) {
    for (const Span& across : Spans(level.width, tile_side)) {
      Checkpoint(cancel);
      const cv::Rect tile(across.first_pixel, down.first_pixel, across.last_pixel - across.first_pixel,
                          down.last_pixel - down.first_pixel);
      pixels.resize(static_cast<size_t>(tile.area()) * 3);
      resize.Block(tile, pixels.data());
      cv::Mat blob = MakeBlob(1, tile.width, tile.height);
      PixelsToBlob(pixels.data(), tile.width, tile.height, blob.ptr<float>());
      const cv::Size windows(across.last_window - across.first_window, down.last_window - down.first_window);
      Collect(net_.Forward(blob, windows), across, down, level.scale, threshold, found);
    }
    KeepBest(found);
  }
  SortRowByRow(found);
  return found;
}

}  // namespace faces::mtcnn
