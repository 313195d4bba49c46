#include "selection.h"

#include <algorithm>

namespace faces {
namespace {

double Area(const Box& box) { return (box.x2 - box.x1) * (box.y2 - box.y1); }

Box Clipped(const Box& box, int width, int height) {
  return {std::max(box.x1, 0.0), std::max(box.y1, 0.0), std::min(box.x2, double(width)),
          std::min(box.y2, double(height))};
}

}  // namespace

std::vector<Face> SelectFaces(std::vector<Face> faces, int width, int height, const Options& options) {
  const auto area = [&](const Face& face) { return Area(options.clip ? Clipped(face.box, width, height) : face.box); };
  if (options.clip) {
    const auto is_outside = [&](const Face& face) {
      const Box inside = Clipped(face.box, width, height);
      return inside.x2 <= inside.x1 || inside.y2 <= inside.y1;
    };
    faces.erase(std::remove_if(faces.begin(), faces.end(), is_outside), faces.end());
  }
  if (options.sort == SortBy::kArea) {
    std::stable_sort(faces.begin(), faces.end(), [&](const Face& a, const Face& b) { return area(a) > area(b); });
  }
  if (options.max_faces > 0 && faces.size() > static_cast<size_t>(options.max_faces)) {
    faces.resize(static_cast<size_t>(options.max_faces));
  }
  return faces;
}

void ClipBoxes(Detection& detection) {
  for (Face& face : detection.faces) face.box = Clipped(face.box, detection.width, detection.height);
}

}  // namespace faces
