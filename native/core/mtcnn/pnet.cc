#include "pnet.h"

#include <algorithm>
#include <cmath>

#include "resize.h"

namespace faces::mtcnn {
namespace {

constexpr int kStride = 2;

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
  std::vector<Proposal> proposals;
  std::vector<Candidate> found;
  for (const Span& down : Spans(level.height, tile_side)) {
    for (const Span& across : Spans(level.width, tile_side)) {
      Checkpoint(cancel);
      const cv::Rect tile(across.first_pixel, down.first_pixel, across.last_pixel - across.first_pixel,
                          down.last_pixel - down.first_pixel);
      pixels.resize(static_cast<size_t>(tile.area()) * 3);
      resize.Block(tile, pixels.data());
      proposals.clear();
      engine_->Propose(pixels.data(), tile.width, tile.height, threshold, proposals);
      for (const Proposal& proposal : proposals) {
        found.push_back(
            {WindowBox(across.first_window + proposal.column, down.first_window + proposal.row, level.scale),
             proposal.score, proposal.regression});
      }
    }
    KeepBest(found);
  }
  SortRowByRow(found);
  return found;
}

}  // namespace faces::mtcnn
