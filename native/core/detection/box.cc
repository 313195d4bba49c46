#include "box.h"

#include <algorithm>
#include <cmath>

#include "error.h"

namespace faces {

Box Regress(const Box& box, const Regression& regression) {
  for (const float shift : regression) {
    if (!std::isfinite(shift)) throw Error(ErrorCode::kModelInvalid, "the network gave a box that is not a number");
  }
  const double width = Width(box);
  const double height = Height(box);
  return {box.x1 + width * regression[0], box.y1 + height * regression[1], box.x2 + width * regression[2],
          box.y2 + height * regression[3]};
}

Box Square(const Box& box) {
  const double width = Width(box);
  const double height = Height(box);
  const double side = std::max(width, height);
  const double x1 = box.x1 + width * 0.5 - side * 0.5;
  const double y1 = box.y1 + height * 0.5 - side * 0.5;
  return {x1, y1, x1 + side - 1, y1 + side - 1};
}

Box Round(const Box& box) {
  return {std::nearbyint(box.x1), std::nearbyint(box.y1), std::nearbyint(box.x2), std::nearbyint(box.y2)};
}

Box ClipToImage(const Box& box, int width, int height) {
  return {std::max(box.x1, 0.0), std::max(box.y1, 0.0), std::min(box.x2, width - 1.0), std::min(box.y2, height - 1.0)};
}

}  // namespace faces
