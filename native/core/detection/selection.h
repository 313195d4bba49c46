#pragma once

#include <vector>

#include "types.h"

namespace faces {

/// Drops faces outside an image of this size (Options::clip), sorts and limits them. Boxes are not changed.
std::vector<Face> SelectFaces(std::vector<Face> faces, int width, int height, const Options& options);

/// Clips the boxes to their image.
void ClipBoxes(Detection& detection);

}  // namespace faces
