#include "detection/selection.h"

using namespace faces;

namespace {

Face FaceAt(double x1, double y1, double x2, double y2, float confidence = 0.9F) {
  return {{x1, y1, x2, y2}, confidence, Landmarks{}};
}

}  // namespace

TEST_CASE("clipping moves all four numbers together and drops what is left empty") {
  Options options;
  Detection found{100, 50, {}, {}};
  found.faces =
      SelectFaces({FaceAt(-10, -5, 20, 30), FaceAt(90, 40, 130, 70), FaceAt(-20, 5, -1, 20), FaceAt(5, 50, 20, 60)},
                  100, 50, options);
  CHECK(found.faces[0].box.x1 == -10);
  ClipBoxes(found);
  const std::vector<Face>& faces = found.faces;
  REQUIRE(faces.size() == 2);
  CHECK(faces[0].box.x1 == 0);
  CHECK(faces[0].box.y1 == 0);
  CHECK(faces[0].box.x2 == 20);
  CHECK(faces[1].box.x2 == 100);
  CHECK(faces[1].box.y2 == 50);
  options.clip = false;
  CHECK(SelectFaces({FaceAt(-20, 5, -1, 20)}, 100, 50, options).size() == 1);
}

TEST_CASE("sorting by area, and a cut after sorting") {
  Options options;
  options.sort = SortBy::kArea;
  options.max_faces = 2;
  const auto faces = SelectFaces({FaceAt(0, 0, 10, 10, 0.99F), FaceAt(0, 0, 50, 50, 0.9F), FaceAt(0, 0, 20, 20, 0.95F)},
                                 100, 100, options);
  REQUIRE(faces.size() == 2);
  CHECK(faces[0].box.x2 == 50);
  CHECK(faces[1].box.x2 == 20);
}
