#include "tiles.h"

#include <algorithm>

namespace faces::mtcnn {
namespace {

// Tiles start at multiples of the stride and overlap by the receptive field, so that every window sees the same pixels
// as on the whole level. The last tile takes the odd pixel that the pool rounds up to.
std::vector<Span> Spans(int pixels, int side) {
  const int windows = WindowCount(pixels);
  const int max = (std::max(side, kPNetWindow) - kPNetWindow) / kPNetStride + 1;
  const int tiles = std::max((windows + max - 1) / max, 1);
  const int step = (windows + tiles - 1) / tiles;  // equal sizes: each new size makes the network set up again
  std::vector<Span> spans;
  for (int first = 0; first < windows; first += step) {
    const int last = std::min(first + step, windows);
    spans.push_back(
        {first, last, first * kPNetStride, last == windows ? pixels : (last - 1) * kPNetStride + kPNetWindow});
  }
  return spans;
}

}  // namespace

std::vector<Tile> Tiles(const std::vector<Level>& levels, int side) {
  std::vector<Tile> tiles;
  for (size_t i = 0; i < levels.size(); ++i) {
    for (const Span& down : Spans(levels[i].height, side)) {
      for (const Span& across : Spans(levels[i].width, side)) tiles.push_back({i, down, across});
    }
  }
  return tiles;
}

}  // namespace faces::mtcnn
