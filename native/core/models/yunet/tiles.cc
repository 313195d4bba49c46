#include "tiles.h"

#include <algorithm>

namespace faces::yunet {
namespace {

constexpr int kUnit = 32;
constexpr int kSide = 1408;
constexpr int kMostPixels = 2'000'000;

// An answer depends on pixels up to 270 away: the layers' reach, each at its stride (weights.h has the layers), and
// what upsampling rounds.
constexpr int kMargin = 320;

// Where the parts of a side begin, then its end. The first and the last part have one margin, those between two.
std::vector<int> Cuts(int side) {
  const int units = (side + kUnit - 1) / kUnit;
  const int most = (kSide - 2 * kMargin) / kUnit;
  const int parts = side <= kSide ? 1 : side <= 2 * (kSide - kMargin - kUnit) ? 2 : (units + most - 2) / (most - 1);
  std::vector<int> cuts;
  cuts.reserve(static_cast<size_t>(parts) + 1);
  for (int i = 0; i < parts; ++i) cuts.push_back(units * i / parts * kUnit);
  cuts.push_back(side);
  return cuts;
}

}  // namespace

std::vector<Tile> Tiles(const cv::Size& picture) {
  const cv::Rect whole({}, picture);
  if (static_cast<int64_t>(picture.width) * picture.height <= kMostPixels) return {{whole, whole}};
  const std::vector<int> columns = Cuts(picture.width), rows = Cuts(picture.height);
  std::vector<Tile> tiles;
  for (size_t y = 0; y + 1 < rows.size(); ++y) {
    for (size_t x = 0; x + 1 < columns.size(); ++x) {
      const cv::Rect part({columns[x], rows[y]}, cv::Point(columns[x + 1], rows[y + 1]));
      const cv::Rect around(part.x - kMargin, part.y - kMargin, part.width + 2 * kMargin, part.height + 2 * kMargin);
      tiles.push_back({part, around & whole});
    }
  }
  return tiles;
}

}  // namespace faces::yunet
