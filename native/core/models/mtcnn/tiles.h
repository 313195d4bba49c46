#pragma once

#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "pyramid.h"

namespace faces::mtcnn {

/// A part's extent along one axis of a level; the last ones are excluded.
struct Span {
  int first_window, last_window;
  int first_pixel, last_pixel;
};

/// A part of a level.
struct Tile {
  size_t level;  ///< its index
  Span down;
  Span across;

  cv::Rect Pixels() const {
    return {across.first_pixel, down.first_pixel, across.last_pixel - across.first_pixel,
            down.last_pixel - down.first_pixel};
  }
};

/// Tiles of at most `side` pixels a side (at least one window), level by level and row by row, that have every window
/// of the levels once, with the pixels it sees on the whole level.
std::vector<Tile> Tiles(const std::vector<Level>& levels, int side);

}  // namespace faces::mtcnn
