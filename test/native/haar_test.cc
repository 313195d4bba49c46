#include "zoo/haar.h"

#include <opencv2/imgcodecs.hpp>

#include "detector.h"
#include "fixtures.h"

using namespace faces;

TEST_SUITE("haar") {
  TEST_CASE("the drawn faces are found, without landmarks") {
    Detector detector("haar", {{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
    const std::string png = fixtures::DrawnFaces();
    const Detection found = detector.Detect(fixtures::AsBytes(png), {}, CancelFlag());
    const auto contains = [&](double x, double y) {
      return std::any_of(found.faces.begin(), found.faces.end(), [&](const Face& face) {
        return face.box.x1 < x && x < face.box.x2 && face.box.y1 < y && y < face.box.y2;
      });
    };
    CHECK(contains(300, 250));
    CHECK(contains(560, 250));
    for (const Face& face : found.faces) {
      CHECK_FALSE(face.landmarks.has_value());
      CHECK(face.confidence >= 0);
      CHECK(face.confidence <= 1);
    }
  }

  TEST_CASE("small and empty pictures have no faces") {
    zoo::Haar haar({{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
    for (const auto& [width, height] : {std::pair{1, 1}, {12, 12}, {23, 24}, {3000, 12}, {200, 200}}) {
      std::vector<Stage> stages;
      CHECK(haar.Find(cv::Mat(height, width, CV_8UC3, cv::Scalar::all(90)), {}, CancelFlag(), stages).empty());
    }
  }
}
