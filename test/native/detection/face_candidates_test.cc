#include "detection/face_candidates.h"

#include <limits>

#include "../fixtures.h"

using namespace faces;

TEST_CASE("a candidate exceeds the threshold, and its longer side two thirds of the least size") {
  Options options;
  options.onet_threshold = 0.5F;
  options.min_face_size = 30;
  const Box box{10, 10, 22, 30};
  CHECK(IsCandidate({box, 0.6F, {}}, options));
  CHECK_FALSE(IsCandidate({box, 0.5F, {}}, options));
  CHECK_FALSE(IsCandidate({box, std::numeric_limits<float>::quiet_NaN(), {}}, options));
  CHECK_FALSE(IsCandidate({{10, 10, 22, 29}, 0.6F, {}}, options));
  for (const double far : {std::numeric_limits<double>::infinity(), std::nan(""), -1e12}) {
    CHECK(fixtures::CodeOf([&] { IsCandidate({{far, 10, 22, 30}, 0.6F, {}}, options); }) == "MODEL_INVALID");
  }
}

TEST_CASE("suppression keeps the surest with its landmarks, over the union or the smaller box") {
  const Landmarks points{Point{1, 2}, Point{3, 4}, Point{5, 6}, Point{7, 8}, Point{9, 10}};
  const Face part{{10, 10, 30, 30}, 0.8F, {}}, whole{{0, 0, 100, 100}, 0.9F, points},
      other{{200, 0, 220, 20}, 0.7F, {}};
  const auto by_union = Suppress({part, other, whole}, 0.3, OverlapOver::kUnion, {});
  REQUIRE(by_union.size() == 3);
  CHECK(by_union[0].landmarks.has_value());
  CHECK(by_union[2].confidence == 0.7F);
  CHECK(Suppress({part, other, whole}, 0.3, OverlapOver::kSmaller, {}).size() == 2);
  CHECK(Suppress({}, 0.3, OverlapOver::kUnion, {}).empty());
}
