#include "golden.h"

#include <cmath>

#include "detector.h"

using namespace faces;

namespace {

constexpr double kPixels = 1;
constexpr double kConfidence = 0.002;

// The largest distance between two boxes' coordinates and, where both have landmarks, theirs.
double Distance(const Face& a, const Face& b) {
  double most = std::max({std::abs(a.box.x1 - b.box.x1), std::abs(a.box.y1 - b.box.y1), std::abs(a.box.x2 - b.box.x2),
                          std::abs(a.box.y2 - b.box.y2)});
  for (size_t i = 0; a.landmarks && b.landmarks && i < a.landmarks->size(); ++i) {
    const Point &p = (*a.landmarks)[i], &q = (*b.landmarks)[i];
    most = std::max({most, std::abs(p.x - q.x), std::abs(p.y - q.y)});
  }
  return most;
}

void CheckPictures(const fixtures::ZooModel& model, const ModelFiles& files) {
  CAPTURE(model.name);
  Detector detector(model.name, files);
  const Options options = fixtures::ZooOptions(model);
  for (const fixtures::GoldenPicture& golden : fixtures::GoldenPictures(model.name)) {
    CAPTURE(golden.name);
    const std::string bytes = fixtures::ReadFile(fixtures::Folder("FACES_SHARED") + "/images/" + golden.name);
    const std::vector<Face> found = detector.Detect(fixtures::AsBytes(bytes), options, CancelFlag()).faces;
    CHECK(found.size() == golden.faces.size());
    const auto is_surer = [](const Face& a, const Face& b) { return a.confidence > b.confidence; };
    CHECK(std::is_sorted(found.begin(), found.end(), is_surer));
    for (const Face& expected : golden.faces) {
      REQUIRE(expected.landmarks.has_value() == model.has_landmarks);
      const auto nearest = std::min_element(found.begin(), found.end(), [&](const Face& a, const Face& b) {
        return Distance(a, expected) < Distance(b, expected);
      });
      REQUIRE(nearest != found.end());
      CHECK(nearest->landmarks.has_value() == model.has_landmarks);
      CHECK(Distance(*nearest, expected) < kPixels);
      CHECK(std::abs(nearest->confidence - expected.confidence) < kConfidence);
    }
  }
}

}  // namespace

TEST_SUITE("photographs") {
  TEST_CASE("each network finds on every photograph what numpy decodes of it") {
    for (const fixtures::ZooModel& model : fixtures::ZooModels()) CheckPictures(model, fixtures::ZooFiles(model));
  }

  // In one call, where ours goes scale by scale. No photograph has more pixels than a strip: none may differ.
  TEST_CASE("haar finds on every photograph what OpenCV's detectMultiScale3 finds") {
    CheckPictures({"haar", {}, 0, false}, {{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
  }
}
