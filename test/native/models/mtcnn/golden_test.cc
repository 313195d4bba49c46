#include <array>
#include <cmath>
#include <opencv2/core/persistence.hpp>

#include "../../fixtures.h"
#include "../../targets.h"
#include "detector.h"
#include "models/mtcnn/pyramid.h"

using namespace faces;

namespace {

// Published tolerance of the parity with the replaced service.
constexpr double kPixels = 1;
constexpr double kConfidence = 0.002;

cv::FileNode Golden() {
  static const cv::FileStorage file(fixtures::Folder("FACES_SHARED") + "/golden/deep_utils.json",
                                    cv::FileStorage::READ);
  REQUIRE(file.isOpened());
  return file.root();
}

// `corners` in the order of the expected box.
void CheckBox(const Face& face, const std::array<double, 4>& corners, const cv::FileNode& expected) {
  for (size_t i = 0; i < 4; ++i) CHECK(std::abs(corners[i] - double(expected["box"][static_cast<int>(i)])) < kPixels);
  CHECK(std::abs(face.confidence - double(expected["confidence"])) < kConfidence);
}

void CheckFace(const Face& face, const cv::FileNode& expected) {
  CheckBox(face, {face.box.x1, face.box.y1, face.box.x2, face.box.y2}, expected);
  const char* names[] = {"left_eye", "right_eye", "nose", "mouth_left", "mouth_right"};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(std::abs((*face.landmarks)[i].x - double(expected["landmarks"][names[i]][0])) < kPixels);
    CHECK(std::abs((*face.landmarks)[i].y - double(expected["landmarks"][names[i]][1])) < kPixels);
  }
}

// No candidate of these photographs lies within 0.001 of a threshold, so no face may be missing or added.
void CheckPhotograph(Detector& detector, const std::string& name, const cv::FileNode& golden) {
  CAPTURE(name);
  const std::string bytes = fixtures::ReadFile(fixtures::Folder("FACES_SHARED") + "/images/" + name);
  Options options;
  options.clip = false;
  const Detection found = detector.Detect(fixtures::AsBytes(bytes), options, CancelFlag());
  CHECK(found.width == int(golden["width"]));
  CHECK(found.height == int(golden["height"]));
  REQUIRE(found.stages.size() == 4);
  CHECK(found.stages[1].candidates == static_cast<size_t>(int(golden["stages"]["pnet_after_nms"])));
  CHECK(found.stages[2].candidates == static_cast<size_t>(int(golden["stages"]["rnet_after_nms"])));
  CHECK(found.stages[3].candidates == static_cast<size_t>(int(golden["stages"]["onet_after_nms"])));
  REQUIRE(found.faces.size() == golden["faces"].size());
  for (size_t i = 0; i < found.faces.size(); ++i) CheckFace(found.faces[i], golden["faces"][static_cast<int>(i)]);
}

void CheckAllPhotographs(const ModelFiles& files, EngineChoice engine) {
  Detector detector("mtcnn", files, engine);
  REQUIRE(Golden().size() > 0);
  for (const cv::FileNode& golden : Golden()) CheckPhotograph(detector, golden.name(), golden);
}

// Pictures that scripts/test.mjs has drawn, with the answers that test/fixtures/drawn.json keeps; y comes first there.
cv::FileNode Drawn() {
  static const cv::FileStorage file(std::string(FACES_TEST_SOURCES) + "/../fixtures/drawn.json", cv::FileStorage::READ);
  const cv::FileNode pictures = file["pictures"];
  REQUIRE(pictures.size() == 24);
  return pictures;
}

void CheckDrawnPicture(Detector& detector, int index) {
  CAPTURE(index);
  const cv::FileNode expected = Drawn()[index];
  const std::string png =
      fixtures::ReadFile(fixtures::Folder("FACES_DRAWN") + "/answered/" + std::to_string(index) + ".png");
  Options options;
  options.clip = false;
  const Detection found = detector.Detect(fixtures::AsBytes(png), options, CancelFlag());
  CHECK(found.width == int(expected["width"]));
  CHECK(found.height == int(expected["height"]));
  REQUIRE(found.faces.size() == expected["answer"].size());
  for (size_t i = 0; i < found.faces.size(); ++i) {
    const Face& face = found.faces[i];
    CheckBox(face, {face.box.y1, face.box.x1, face.box.y2, face.box.x2}, expected["answer"][static_cast<int>(i)]);
  }
}

// Few enough pixels to be searched under emulation.
bool IsSmall(const cv::FileNode& picture) { return int(picture["width"]) * int(picture["height"]) < 160'000; }

void CheckDrawnPictures(EngineChoice engine, bool small) {
  Detector detector("mtcnn", fixtures::MtcnnFiles(), engine);
  int checked = 0;
  for (int index = 0; index < static_cast<int>(Drawn().size()); ++index) {
    if (IsSmall(Drawn()[index]) != small) continue;
    CheckDrawnPicture(detector, index);
    ++checked;
  }
  CHECK(checked == (small ? 5 : 19));
}

}  // namespace

TEST_SUITE("weights") {
  TEST_CASE("small drawn pictures: the replaced service's faces, from OpenCV's networks") {
    CheckDrawnPictures(EngineChoice::kOpenCv, true);
  }

  TEST_CASE("small drawn pictures: the replaced service's faces, from the fused kernels of every instruction set") {
    fixtures::ForEachTarget([] { CheckDrawnPictures(EngineChoice::kFused, true); });
  }

  TEST_CASE("larger drawn pictures: the replaced service's faces, from OpenCV's networks") {
    CheckDrawnPictures(EngineChoice::kOpenCv, false);
  }

  TEST_CASE("larger drawn pictures: the replaced service's faces, from the fused kernels of every instruction set") {
    fixtures::ForEachTarget([] { CheckDrawnPictures(EngineChoice::kFused, false); });
  }
}

TEST_SUITE("photographs") {
  TEST_CASE("the pyramid has the reference's levels") {
    for (const cv::FileNode& golden : Golden()) {
      CAPTURE(golden.name());
      const auto levels = mtcnn::ImagePyramid(int(golden["width"]), int(golden["height"]), 20, 0.707);
      REQUIRE(levels.size() == golden["levels"].size());
      for (size_t i = 0; i < levels.size(); ++i) {
        const cv::FileNode expected = golden["levels"][static_cast<int>(i)];
        CHECK(levels[i].scale == doctest::Approx(double(expected["scale"])).epsilon(1e-4));
        CHECK(levels[i].width == int(expected["size"][0]));
        CHECK(levels[i].height == int(expected["size"][1]));
      }
    }
  }

  TEST_CASE("every photograph: the replaced service's faces, from OpenCV's networks") {
    CheckAllPhotographs(fixtures::MtcnnFiles(), EngineChoice::kOpenCv);
  }

  TEST_CASE("every photograph: the same answers, bit for bit, from any number of threads") {
    for (const EngineChoice engine : {EngineChoice::kOpenCv, EngineChoice::kFused}) {
      Detector alone("mtcnn", fixtures::MtcnnFiles(), engine);
      Detector two("mtcnn", fixtures::MtcnnFiles(), engine, 2);
      Detector three("mtcnn", fixtures::MtcnnFiles(), engine, 3);
      Detector five("mtcnn", fixtures::MtcnnFiles(), engine, 5);
      for (const cv::FileNode& golden : Golden()) {
        CAPTURE(golden.name());
        const std::string bytes = fixtures::ReadFile(fixtures::Folder("FACES_SHARED") + "/images/" + golden.name());
        const auto find = [&](Detector& detector) {
          return detector.Detect(fixtures::AsBytes(bytes), {}, CancelFlag()).faces;
        };
        const std::vector<Face> expected = find(alone);
        for (Detector* detector : {&two, &three, &five}) CHECK(fixtures::AreEqual(find(*detector), expected));
      }
    }
  }

  TEST_CASE("every photograph: the replaced service's faces, from the fused kernels of every instruction set") {
    fixtures::ForEachTarget([] { CheckAllPhotographs(fixtures::MtcnnFiles(), EngineChoice::kFused); });
  }
}
