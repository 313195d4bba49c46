#pragma once

#include <array>

#include "types.h"

namespace faces {

/// Bounding-box regression of one candidate: shifts of x1, y1, x2, y2 relative to the box's width and height.
using Regression = std::array<float, 4>;

/// A window that may hold a face. Corners are inclusive and may lie outside the image.
struct Candidate {
  Box box;
  double score = 0;  ///< the network's float32 as a double
  Regression regression{};
};

/// Inclusive sides: a box from 3 to 5 is 3 wide.
inline double Width(const Box& box) { return box.x2 - box.x1 + 1; }
inline double Height(const Box& box) { return box.y2 - box.y1 + 1; }

/// The box with its coordinates shifted by the regression.
/// Throws Error{kModelInvalid} for a shift that is not a finite number.
Box Regress(const Box& box, const Regression& regression);

/// The square around the same centre with the longer side.
Box Square(const Box& box);

/// The box with coordinates rounded to integers, halves to even (as numpy does).
Box Round(const Box& box);

/// The part inside an image of this size. A box outside the image results in x2 < x1 or y2 < y1.
Box ClipToImage(const Box& box, int width, int height);

}  // namespace faces
