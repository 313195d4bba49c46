#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "pyramid.h"

namespace faces::mtcnn {

/// The extent of a tile along one axis of a level; ends are exclusive.
struct Span {
  int first_window, last_window;
  int first_pixel, last_pixel;
};

/// A part of a level.
struct Tile {
  size_t level;  ///< index of the level
  Span down;
  Span across;

  cv::Rect Pixels() const {
    return {across.first_pixel, down.first_pixel, across.last_pixel - across.first_pixel,
            down.last_pixel - down.first_pixel};
  }
};

/// Splits the levels into tiles of at most `side` pixels a side (at least one window), level by level and row by row.
/// Every window is in exactly one tile, with all pixels it sees on the level.
std::vector<Tile> Tiles(const std::vector<Level>& levels, int side);

}  // namespace faces::mtcnn
