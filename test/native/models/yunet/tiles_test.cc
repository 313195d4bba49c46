#include "models/yunet/tiles.h"

#include "../../fixtures.h"

using faces::yunet::Tile;
using faces::yunet::Tiles;

namespace {

constexpr int kReach = 320;

// Whether the network sees as far beyond a part's side as its answers reach, or to the picture's edge.
bool SeesEnough(int part_begin, int part_end, int seen_begin, int seen_end, int side) {
  return seen_begin <= std::max(part_begin - kReach, 0) && seen_end >= std::min(part_end + kReach, side);
}

void CheckTiles(const cv::Size& picture) {
  CAPTURE(picture.width);
  CAPTURE(picture.height);
  const std::vector<Tile> tiles = Tiles(picture);
  const cv::Rect whole({}, picture);
  double area = 0;
  for (const auto& [part, seen] : tiles) {
    CHECK(part.area() > 0);
    CHECK((seen & whole) == seen);
    CHECK((part & seen) == part);
    for (const int edge : {part.x, part.y, seen.x, seen.y}) CHECK(edge % 32 == 0);
    CHECK((tiles.size() == 1 || (seen.width <= 1408 && seen.height <= 1408)));
    CHECK(SeesEnough(part.x, part.br().x, seen.x, seen.br().x, picture.width));
    CHECK(SeesEnough(part.y, part.br().y, seen.y, seen.br().y, picture.height));
    area += part.area();
  }
  for (size_t i = 0; i < tiles.size(); ++i) {
    for (size_t k = 0; k < i; ++k) CHECK((tiles[i].part & tiles[k].part).empty());
  }
  CHECK(area == whole.area());  // nothing twice, so nothing is left out
}

}  // namespace

TEST_CASE("a picture of up to two megapixels is one tile") {
  for (const cv::Size picture : {cv::Size(1, 1), {2000, 1000}, {65535, 30}, {1600, 898}}) {
    CheckTiles(picture);
    CHECK(Tiles(picture).size() == 1);
  }
}

TEST_CASE("larger pictures are covered once by tiles that see as far as the network does") {
  for (int width = 1; width <= 8192; width = width * 5 / 4 + 7) {
    for (int height = 1; height <= 8192; height = height * 5 / 4 + 7) CheckTiles({width, height});
  }
  for (const int side : {1408, 1409, 1415, 1440, 2112, 2113, 2144, 2300, 8191, 8192}) {
    CheckTiles({side, side});
    CheckTiles({side, 1500});
    CheckTiles({1500, side});
  }
}
