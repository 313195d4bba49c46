#pragma once

#include <vector>

#include "types.h"

namespace faces {

/// Drops faces outside of an image of this size (Options::clip), sorts and cuts. Boxes stay as they were found.
std::vector<Face> SelectFaces(std::vector<Face> faces, int width, int height, const Options& options);

/// Cuts the boxes at the border of their image.
void ClipBoxes(Detection& detection);

}  // namespace faces
