#include "models/haar.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../fixtures.h"
#include "../peak_memory.h"
#include "detector.h"

using namespace faces;

namespace {

// Takes every window of 24 x 24 for a face, surer of those whose right half is brighter than their left.
const char kEveryWindow[] = R"(<?xml version="1.0"?>
<opencv_storage><cascade type_id="opencv-cascade-classifier">
  <stageType>BOOST</stageType><featureType>HAAR</featureType><height>24</height><width>24</width>
  <stageParams><maxWeakCount>1</maxWeakCount></stageParams>
  <featureParams><maxCatCount>0</maxCatCount></featureParams>
  <stageNum>1</stageNum>
  <stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>-10.</stageThreshold>
    <weakClassifiers><_><internalNodes>0 -1 0 0.25</internalNodes><leafValues>1. 2.</leafValues></_></weakClassifiers>
  </_></stages>
  <features><_><rects><_>0 0 24 24 -1.</_><_>12 0 12 24 2.</_></rects></_></features>
</cascade></opencv_storage>)";

}  // namespace

TEST_CASE("of more windows than can be put together into faces the surest count") {
  Haar haar(ModelFiles{{"every-window.xml", kEveryWindow}});
  // 35,000 windows of the smallest scale; with noise, since OpenCV passes over windows of a single colour.
  cv::Mat image = fixtures::Noise(400, 400) / 4;
  constexpr int kEdge = 300;
  image.colRange(kEdge, image.cols) += cv::Scalar::all(180);
  std::vector<Stage> stages;
  const std::vector<Face> found = haar.Find(image, {}, CancelFlag(), stages);
  // Windows that touch one another become their mean: that of all would lie in the middle of the picture, after 40 s.
  REQUIRE(found.size() == 1);
  CHECK((found[0].box.x1 + found[0].box.x2) / 2 == doctest::Approx(kEdge).epsilon(0.05));
}

// Rounding moves some of them beyond the edge, where OpenCV cuts them off after it has put windows together.
TEST_CASE("windows at the edge count whole, as where OpenCV searches all scales in one call") {
  Haar haar(ModelFiles{{"every-window.xml", kEveryWindow}});
  cv::CascadeClassifier cascade;
  REQUIRE(cascade.read(cv::FileStorage(kEveryWindow, cv::FileStorage::MEMORY).getFirstTopLevelNode()));
  for (int side = 64; side < 128; ++side) {
    CAPTURE(side);
    cv::Mat gray;
    cv::cvtColor(fixtures::Noise(side, side), gray, cv::COLOR_BGR2GRAY);
    cv::equalizeHist(gray, gray);
    const int smallest = side * 3 / 4;
    Options options;
    options.min_face_size = smallest;
    std::vector<cv::Rect> expected;
    cascade.detectMultiScale(gray, expected, 1.1, 5, 0, cv::Size(smallest, smallest));
    std::vector<Stage> stages;
    const std::vector<Face> found = haar.Find(fixtures::Noise(side, side), options, CancelFlag(), stages);
    REQUIRE(expected.size() == 1);
    REQUIRE(found.size() == 1);
    const Box& box = found[0].box;
    CHECK(cv::Rect2d({box.x1, box.y1}, cv::Point2d(box.x2, box.y2)) == cv::Rect2d(expected[0]));
  }
}

// The cascade kept room for the largest width by the largest height of all it had been given: a strip of 65000 x 24
// pixels after one of 24 x 65000 was refused for lack of memory. And nothing could end a long strip's search.
TEST_CASE("long strips, lying and upright, are searched in turn in little memory") {
  Haar haar(ModelFiles{{"every-window.xml", kEveryWindow}});
  Options largest;  // only these few windows, a second's work otherwise
  largest.min_face_size = 24;
  const double before = fixtures::PeakMegabytes();
  for (const auto& [width, height] : {std::pair{65'000, 25}, {25, 65'000}, {65'000, 25}}) {
    std::vector<Stage> stages;
    CHECK_FALSE(haar.Find(fixtures::Noise(width, height), largest, CancelFlag(), stages).empty());
  }
  CHECK(fixtures::PeakMegabytes() - before < 200);
}

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
    Haar haar({{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
    for (const auto& [width, height] : {std::pair{1, 1}, {12, 12}, {23, 24}, {3000, 12}, {200, 200}}) {
      std::vector<Stage> stages;
      CHECK(haar.Find(cv::Mat(height, width, CV_8UC3, cv::Scalar::all(90)), {}, CancelFlag(), stages).empty());
    }
  }

  // 50 megapixels took 2.8 GB, all scales of the picture at once, and nothing could end that for 40 seconds.
  TEST_CASE("a large picture is searched in strips, which find what is there in little memory") {
    Haar haar({{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
    const std::string png = fixtures::DrawnFaces();
    const cv::Mat drawn =
        cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
    cv::Mat large(4000, 4000, CV_8UC3, cv::Scalar::all(128));
    constexpr int kTop = 880;  // the first strip of the smallest scale ends at 1000, where the faces are
    drawn.copyTo(large(cv::Rect(0, kTop, drawn.cols, drawn.rows)));
    std::vector<Stage> stages;
    const double before = fixtures::PeakMegabytes();
    const std::vector<Face> found = haar.Find(large, {}, CancelFlag(), stages);
    CHECK(fixtures::PeakMegabytes() - before < 300);
    for (const double x : {300, 560}) {
      CHECK(std::any_of(found.begin(), found.end(), [&](const Face& face) {
        return face.box.x1 < x && x < face.box.x2 && face.box.y1 < kTop + 250 && kTop + 250 < face.box.y2;
      }));
    }
    CancelFlag cancelled;
    cancelled.Cancel();
    CHECK(fixtures::CodeOf([&] { haar.Find(large, {}, cancelled, stages); }) == "ABORTED");
  }
}
