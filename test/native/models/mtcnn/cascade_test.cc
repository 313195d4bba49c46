#include "models/mtcnn/cascade.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "../../fixtures.h"

using namespace faces;
using fixtures::AreEqual;
using fixtures::CodeOf;

namespace {

const CancelFlag never;

std::vector<Face> Find(mtcnn::Cascade& cascade, const cv::Mat& image, const Options& options = {}) {
  std::vector<Stage> stages;
  return cascade.Find(image, options, never, stages);
}

cv::Mat DrawnImage() {
  const std::string png = fixtures::DrawnFaces();
  return cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
}

}  // namespace

TEST_CASE("missing or unreadable weights are refused") {
  CHECK(CodeOf([] { mtcnn::Cascade(ModelFiles{}); }) == "MODEL_INVALID");
  CHECK(CodeOf([] {
          mtcnn::Cascade(ModelFiles{{"det1.onnx", "x"}, {"det2.onnx", "x"}, {"det3.onnx", "x"}});
        }) == "MODEL_INVALID");
}

TEST_SUITE("weights") {
  TEST_CASE("the four drawn faces are found where they were drawn, with their points in place") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    const std::vector<Face> found = Find(cascade, DrawnImage());
    // Centre and height as in test/fixtures/drawn-faces.mts.
    const std::vector<std::array<double, 3>> drawn{{120, 150, 60}, {300, 250, 120}, {560, 250, 260}, {720, 90, 40}};
    REQUIRE(found.size() == drawn.size());
    for (const std::array<double, 3>& circle : drawn) {
      CAPTURE(circle[0]);
      const auto& [x, y, height] = circle;
      const auto face = std::find_if(found.begin(), found.end(), [&, cx = x, cy = y](const Face& candidate) {
        return candidate.box.x1 < cx && cx < candidate.box.x2 && candidate.box.y1 < cy && cy < candidate.box.y2;
      });
      REQUIRE(face != found.end());
      CHECK(face->confidence > 0.9);
      CHECK(face->box.y2 - face->box.y1 > 0.7 * height);
      CHECK(face->box.y2 - face->box.y1 < 1.3 * height);
      const Landmarks& points = *face->landmarks;
      const double near = 0.1 * height;
      CHECK(std::abs(points[0].x - (x - 0.145 * height)) < near);  // left eye: the viewer's left
      CHECK(std::abs(points[1].x - (x + 0.145 * height)) < near);
      CHECK(std::abs(points[0].y - (y - 0.035 * height)) < near);
      CHECK(std::abs(points[2].x - x) < near);                    // nose
      CHECK(std::abs(points[3].y - (y + 0.28 * height)) < near);  // mouth
      CHECK(points[3].x < points[4].x);
    }
    CHECK(std::is_sorted(found.begin(), found.end(),
                         [](const Face& a, const Face& b) { return a.confidence > b.confidence; }));
  }

  TEST_CASE("red and blue exchanged is another picture, and gives another answer") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    cv::Mat exchanged;
    cv::cvtColor(DrawnImage(), exchanged, cv::COLOR_BGR2RGB);
    CHECK_FALSE(AreEqual(Find(cascade, exchanged), Find(cascade, DrawnImage())));
  }

  TEST_CASE("sizes at and below the limits give no face and no error") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    const std::vector<std::pair<int, int>> sizes{{1, 1},     {1, 500},   {500, 1},  {11, 11}, {12, 12},
                                                 {19, 19},   {20, 20},   {21, 21},  {25, 21}, {3000, 12},
                                                 {12, 3000}, {3000, 21}, {21, 3000}};
    for (const auto& size : sizes) {
      CAPTURE(size.first);
      CAPTURE(size.second);
      const auto& [width, height] = size;
      CHECK(Find(cascade, cv::Mat(height, width, CV_8UC3, cv::Scalar::all(120))).empty());
      CHECK_NOTHROW(Find(cascade, fixtures::Noise(width, height)));
    }
  }

  TEST_CASE("pictures of nothing have no faces") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    for (const int gray : {0, 128, 255})
      CHECK(Find(cascade, cv::Mat(200, 300, CV_8UC3, cv::Scalar::all(gray))).empty());
    CHECK(Find(cascade, fixtures::Noise(300, 200)).empty());
    cv::Mat checkers(200, 200, CV_8UC3);
    for (int i = 0; i < 200 * 200; ++i)
      checkers.at<cv::Vec3b>(i / 200, i % 200) = (i + i / 200) % 2 == 0 ? cv::Vec3b(0, 0, 0) : cv::Vec3b(255, 255, 255);
    CHECK(Find(cascade, checkers).empty());
  }

  TEST_CASE("each stage may leave nothing for the next") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    const cv::Mat image = DrawnImage();
    for (float Options::*threshold : {&Options::pnet_threshold, &Options::rnet_threshold, &Options::onet_threshold}) {
      Options options;
      options.*threshold = 1;
      CHECK(Find(cascade, image, options).empty());
    }
  }

  TEST_CASE("a larger smallest face leaves out smaller ones") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    Options options;
    options.min_face_size = 100;
    for (const Face& face : Find(cascade, DrawnImage(), options)) CHECK(face.box.y2 - face.box.y1 > 80);
    CHECK(Find(cascade, DrawnImage(), options).size() == 2);
  }

  TEST_CASE("a picture in between leaves no trace: A, B, A gives the same A") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    const cv::Mat image = DrawnImage();
    const std::vector<Face> first = Find(cascade, image);
    Find(cascade, fixtures::Noise(123, 457));
    Find(cascade, image(cv::Rect(200, 100, 333, 333)).clone());
    CHECK(AreEqual(Find(cascade, image), first));
  }

  TEST_CASE("eight threads, one cascade each: equal answers") {
    const cv::Mat image = DrawnImage();
    const ModelFiles files = fixtures::MtcnnFiles();
    std::vector<std::vector<Face>> answers(8);
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
      threads.emplace_back([&] {
        mtcnn::Cascade cascade(files);
        answer = Find(cascade, image);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& answer : answers) {
      CHECK(answer.size() == 4);
      CHECK(AreEqual(answer, answers.front()));
    }
  }

  TEST_CASE("any number of threads gives the same answers, bit for bit") {
    const cv::Mat image = DrawnImage();
    for (const EngineChoice choice : {EngineChoice::kOpenCv, EngineChoice::kFused}) {
      mtcnn::Cascade alone(fixtures::MtcnnFiles(), choice);
      for (const int threads : {2, 3, 5}) {
        CAPTURE(threads);
        mtcnn::Cascade cascade(fixtures::MtcnnFiles(), choice, threads);
        for (const float threshold : {0.6F, 0.1F}) {  // few candidates, and some thousands
          Options options;
          options.pnet_threshold = threshold;
          options.rnet_threshold = threshold;
          const std::vector<Face> expected = Find(alone, image, options);
          CHECK(expected.size() >= 4);
          for (int round = 0; round < 3; ++round) CHECK(AreEqual(Find(cascade, image, options), expected));
        }
      }
    }
  }

  TEST_CASE("two cascades of three threads each, used at once, do not disturb each other") {
    const cv::Mat image = DrawnImage();
    const ModelFiles files = fixtures::MtcnnFiles();
    mtcnn::Cascade alone(files);
    const std::vector<Face> expected = Find(alone, image);
    mtcnn::Cascade first(files, EngineChoice::kFused, 3), second(files, EngineChoice::kFused, 3);
    std::array<int, 2> equal{};
    const auto search = [&](mtcnn::Cascade& cascade, int& count) {
      for (int round = 0; round < 5; ++round) count += AreEqual(Find(cascade, image), expected);
    };
    std::vector<std::thread> callers;
    callers.emplace_back([&] { search(first, equal[0]); });
    callers.emplace_back([&] { search(second, equal[1]); });
    for (std::thread& caller : callers) caller.join();
    for (const int count : equal) CHECK(count == 5);
  }

  TEST_CASE("a set flag ends the run") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    CancelFlag cancel;
    cancel.Cancel();
    std::vector<Stage> stages;
    CHECK(CodeOf([&] { cascade.Find(DrawnImage(), {}, cancel, stages); }) == "ABORTED");
  }

  TEST_CASE("no step hands on more candidates than its limit, and those that it does are the best") {
    const cv::Mat noise = fixtures::Noise(300, 200);
    Options all;
    all.pnet_threshold = all.rnet_threshold = all.onet_threshold = 0;
    const auto counts = [&](const mtcnn::StageLimits& limits) {
      mtcnn::Cascade cascade(fixtures::MtcnnFiles(), EngineChoice::kFused, 2, limits);
      std::vector<Stage> stages;
      const std::vector<Face> faces = cascade.Find(noise, all, never, stages);
      CHECK(faces.size() == stages.at(2).candidates);
      return std::vector<size_t>{stages.at(0).candidates, stages.at(1).candidates, stages.at(2).candidates};
    };
    const std::vector<size_t> unlimited = counts({});
    REQUIRE(unlimited[0] > 400);
    REQUIRE(unlimited[1] > 100);
    REQUIRE(unlimited[2] > 40);
    CHECK(counts({kMaxFaces, 100, 50, 20}) == std::vector<size_t>{100, 50, 20});
    CHECK(counts({60, 100, 50, 20})[0] <= 60);
  }

  TEST_CASE("limits that the drawn faces do not reach change nothing, others leave the surest of them") {
    mtcnn::Cascade cascade(fixtures::MtcnnFiles());
    const std::vector<Face> faces = Find(cascade, DrawnImage());
    REQUIRE(faces.size() == 4);
    const auto limited = [&](const mtcnn::StageLimits& limits) {
      mtcnn::Cascade other(fixtures::MtcnnFiles(), EngineChoice::kAuto, 1, limits);
      return Find(other, DrawnImage());
    };
    CHECK(AreEqual(limited({1000, 1000, 1000, 4}), faces));
    const std::vector<Face> two = limited({1000, 1000, 1000, 2});
    REQUIRE(two.size() == 2);
    CHECK(AreEqual(two, {faces[0], faces[1]}));
  }
}
