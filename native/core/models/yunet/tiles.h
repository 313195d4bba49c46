#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace faces::yunet {

/// A part of a picture, and what of it the network must see so that its answers for the part are those that it gives
/// where it sees all. In pixels; both begin at multiples of 32, the network's coarsest stride.
struct Tile {
  cv::Rect part;
  cv::Rect seen;
};

/// Parts that cover a picture of this size (at least 1x1) once, row by row. No tile is larger than 1408 x 1408 pixels,
/// but for a picture of up to 2 megapixels, which is one tile.
std::vector<Tile> Tiles(const cv::Size& picture);

}  // namespace faces::yunet
