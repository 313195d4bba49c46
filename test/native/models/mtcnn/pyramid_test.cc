#include "models/mtcnn/pyramid.h"

#include <cmath>

#include "../../fixtures.h"

using faces::mtcnn::ImagePyramid;

TEST_CASE("the first level shows the smallest face 12 pixels large, the last one the shorter side") {
  const auto levels = ImagePyramid(100, 60, 20, 0.5);
  REQUIRE(levels.size() == 2);
  CHECK(levels[0].scale == doctest::Approx(0.6));
  CHECK(levels[0].width == 60);
  CHECK(levels[0].height == 36);
  CHECK(levels[1].width == 30);
  CHECK(levels[1].height == 18);
}

TEST_CASE("level sizes round up") {
  const auto levels = ImagePyramid(101, 61, 20, 0.707);
  CHECK(levels[0].width == 61);   // 60.6
  CHECK(levels[0].height == 37);  // 36.6
}

TEST_CASE("an image of just the smallest face has no level, one pixel more gives one") {
  CHECK(ImagePyramid(19, 19, 20, 0.707).empty());
  CHECK(ImagePyramid(20, 20, 20, 0.707).empty());
  CHECK(ImagePyramid(21, 21, 20, 0.707).size() == 1);
  CHECK(ImagePyramid(3000, 12, 20, 0.707).empty());
}

TEST_CASE("a longer side that shrinks to P-Net's window keeps a level of at least that") {
  for (int side = 13; side < 400; ++side) {
    for (const auto& level : ImagePyramid(side, 1000, 12, 0.709)) {
      CHECK(level.width >= 12);
      CHECK(level.height >= 12);
    }
  }
}
