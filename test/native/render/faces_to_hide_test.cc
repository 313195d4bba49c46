#include "render/faces_to_hide.h"

#include "../fixtures.h"

using namespace faces;
using render::CheckRegions;
using render::FacesToHide;
using Whom = RedactOptions::Whom;

namespace {

const cv::Size kPicture(200, 100);

Face FaceAt(double x1, double y1, double x2, double y2) { return {{x1, y1, x2, y2}, 0.9F, {}}; }

const std::vector<Face> kFaces{FaceAt(10, 10, 30, 30), FaceAt(50, 10, 90, 50), FaceAt(180, 60, 220, 100)};

// The left edges of the faces that are hidden.
std::vector<int> HiddenOf(Whom whom, const std::vector<FaceChoice>& chosen) {
  RedactOptions options;
  options.whom = whom;
  options.chosen = chosen;
  std::vector<int> edges;
  for (const Face& face : FacesToHide(kFaces, kPicture, options)) edges.push_back(static_cast<int>(face.box.x1));
  return edges;
}

std::string MessageOf(Whom whom, const std::vector<FaceChoice>& chosen) {
  try {
    HiddenOf(whom, chosen);
    return "";
  } catch (const Error& error) {
    return std::string(ErrorName(error.code())) + " " + error.what();
  }
}

using Edges = std::vector<int>;

}  // namespace

TEST_CASE("faces are chosen by index: all but those, or only those") {
  CHECK(HiddenOf(Whom::kAll, {}) == Edges{10, 50, 180});
  CHECK(HiddenOf(Whom::kAllExceptChosen, {size_t{1}}) == Edges{10, 180});
  CHECK(HiddenOf(Whom::kOnlyChosen, {size_t{1}}) == Edges{50});
  CHECK(HiddenOf(Whom::kOnlyChosen, {size_t{2}, size_t{0}, size_t{2}}) == Edges{10, 180});
  CHECK(HiddenOf(Whom::kAllExceptChosen, {}) == Edges{10, 50, 180});
  CHECK(HiddenOf(Whom::kOnlyChosen, {}).empty());
}

TEST_CASE("faces are chosen by boxes that are half of what both cover, and by no less") {
  CHECK(HiddenOf(Whom::kAllExceptChosen, {Box{50, 10, 90, 50}}) == Edges{10, 180});
  CHECK(HiddenOf(Whom::kAllExceptChosen, {Box{50, 10, 90, 30}}) == Edges{10, 180});  // exactly half
  CHECK(MessageOf(Whom::kAllExceptChosen, {Box{50, 10, 90, 29}}) != "");
  // A box around several faces means none of them: it would leave visible whoever is in it.
  CHECK(MessageOf(Whom::kAllExceptChosen, {Box{0, 0, 200, 100}}) != "");
}

TEST_CASE("a face that the border cuts is chosen by its clipped box as well, which is the one that is reported") {
  CHECK(HiddenOf(Whom::kOnlyChosen, {Box{180, 60, 200, 100}}) == Edges{180});
  CHECK(HiddenOf(Whom::kOnlyChosen, {Box{180, 60, 220, 100}}) == Edges{180});
}

// Whoever names a face that is not there is mistaken about the others too: hiding by such a list may show a face.
TEST_CASE("a choice that means no face is refused, whatever else is chosen") {
  CHECK(MessageOf(Whom::kAllExceptChosen, {size_t{0}, size_t{3}}) ==
        "INVALID_OPTION except: there is no face number 4 (index 3), 3 faces were found");
  CHECK(MessageOf(Whom::kOnlyChosen, {Box{100.5, 60, 110.5, 90}}) ==
        "INVALID_OPTION only: no face is where the box 100.5,60,10,30 is, 3 faces were found");
  CHECK(MessageOf(Whom::kOnlyChosen, {Box{500, 500, 600, 600}}) != "");
  CHECK(MessageOf(Whom::kOnlyChosen, {Box{-1e308, -1e308, 1e308, 1e308}}) != "");
  RedactOptions options;
  options.whom = Whom::kOnlyChosen;
  options.chosen = {size_t{0}};
  CHECK(fixtures::CodeOf([&] { FacesToHide({}, kPicture, options); }) == "INVALID_OPTION");
}

TEST_CASE("regions may reach over the border, but not lie beyond it") {
  CHECK_NOTHROW(CheckRegions(kPicture, {{-10, -10, 0.5, 0.5}, {199.5, 99.5, 1e9, 1e9}}));
  for (const Box& outside : {Box{-10, 0, 0, 10}, Box{200, 0, 210, 10}, Box{0, 100, 10, 110}, Box{0, -5, 10, 0}}) {
    CHECK(fixtures::CodeOf([&] { CheckRegions(kPicture, {{0, 0, 10, 10}, outside}); }) == "INVALID_OPTION");
  }
}
