#include "detection/box.h"

#include <limits>

#include "../fixtures.h"

using namespace faces;

namespace {

void CheckBox(const Box& box, double x1, double y1, double x2, double y2) {
  CHECK(box.x1 == doctest::Approx(x1));
  CHECK(box.y1 == doctest::Approx(y1));
  CHECK(box.x2 == doctest::Approx(x2));
  CHECK(box.y2 == doctest::Approx(y2));
}

}  // namespace

TEST_CASE("sides count both corners") {
  CHECK(Width({3, 0, 5, 9}) == 3);
  CHECK(Height({3, 0, 5, 9}) == 10);
}

TEST_CASE("regression moves each corner by its share of the side") {
  CheckBox(Regress({10, 20, 29, 59}, {0.5F, -0.25F, -0.5F, 0.25F}), 20, 10, 19, 69);
}

TEST_CASE("a regression that is not a number is refused") {
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    CHECK(fixtures::CodeOf([&] { Regress({0, 0, 1, 1}, {0, 0, value, 0}); }) == "MODEL_INVALID");
  }
}

TEST_CASE("the square has the longer side and the same centre") {
  CheckBox(Square({0, 0, 9, 19}), -5, 0, 14, 19);
  CheckBox(Square({0, 0, 19, 9}), 0, -5, 19, 14);
  fixtures::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Box box{random.Uniform(-50, 50), random.Uniform(-50, 50), random.Uniform(51, 150), random.Uniform(51, 150)};
    const Box square = Square(box);
    CHECK(Width(square) == doctest::Approx(std::max(Width(box), Height(box))));
    CHECK(Height(square) == doctest::Approx(Width(square)));
    CHECK(square.x1 + square.x2 == doctest::Approx(box.x1 + box.x2));
    CHECK(square.y1 + square.y2 == doctest::Approx(box.y1 + box.y2));
  }
}

TEST_CASE("halves round to the even number") {
  CheckBox(Round({0.5, 1.5, 2.5, -0.5}), 0, 2, 2, 0);
  CheckBox(Round({0.4, 1.6, 2.5001, -1.5}), 0, 2, 3, -2);
}

TEST_CASE("clipping keeps the part inside, corners inclusive") {
  CheckBox(ClipToImage({-3, -4, 200, 90}, 100, 50), 0, 0, 99, 49);
  CheckBox(ClipToImage({3, 4, 20, 9}, 100, 50), 3, 4, 20, 9);
  CHECK(Width(ClipToImage({120, 4, 130, 9}, 100, 50)) <= 0);
}
