#include "detector.h"

#include <algorithm>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "encoded_images.h"
#include "fixtures.h"
#include "image/image.h"

using namespace faces;
using fixtures::AsBytes;
using fixtures::CodeOf;

namespace {

const CancelFlag never;

std::string CodeOfTranslated(const std::function<void()>& thrower) {
  try {
    thrower();
  } catch (...) {
    return ErrorName(TranslateException().code());
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("any exception becomes an error with a code") {
  CHECK(CodeOfTranslated([] { throw Error(ErrorCode::kAborted, ""); }) == "ABORTED");
  CHECK(CodeOfTranslated([] { throw std::bad_alloc(); }) == "OUT_OF_MEMORY");
  CHECK(CodeOfTranslated([] { CV_Error(cv::Error::StsNoMem, "no memory"); }) == "OUT_OF_MEMORY");
  CHECK(CodeOfTranslated([] { CV_Error(cv::Error::StsAssert, "path of a file"); }) == "INTERNAL");
  CHECK(CodeOfTranslated([] { throw 42; }) == "INTERNAL");
}

TEST_CASE("an unknown model and missing files are refused") {
  CHECK(CodeOf([] { Detector("nonsense", {}); }) == "INVALID_OPTION");
  CHECK(CodeOf([] { Detector("mtcnn", {}); }) == "MODEL_INVALID");
  CHECK(CodeOf([] { Detector("haar", {{"cascade.xml", "<no/>"}}); }) == "MODEL_INVALID");
}

TEST_SUITE("weights") {
  TEST_CASE("a smaller side is searched faster, and boxes and points come back in the image's own pixels") {
    Detector detector("mtcnn", fixtures::MtcnnFiles());
    const std::string png = fixtures::DrawnFaces();
    Options options;
    const Detection whole = detector.Detect(AsBytes(png), options, never);
    options.max_side = 400;
    const Detection half = detector.Detect(AsBytes(png), options, never);
    CHECK(half.width == 800);
    CHECK(half.height == 500);
    REQUIRE(half.stages.size() == 5);
    CHECK(half.stages[1].name == "resize");
    for (const Face& face : half.faces) {
      const auto twin = std::find_if(whole.faces.begin(), whole.faces.end(), [&](const Face& other) {
        return std::abs(other.box.x1 - face.box.x1) < 20 && std::abs(other.box.y2 - face.box.y2) < 20;
      });
      REQUIRE(twin != whole.faces.end());
      CHECK(std::abs((*twin->landmarks)[2].x - (*face.landmarks)[2].x) < 10);
    }
    CHECK(half.faces.size() >= 3);  // the smallest, 40 pixels high, may fall below what is then looked for
  }

  // On photographs corners move by 4 to 8 % of the face on average and by 29 % at most, mostly by which of overlapping
  // boxes stays; a factor or an origin that is wrong moves faces by more than that, or off the picture.
  TEST_CASE("a JPEG reduced while decoding has the same faces, in the image's own pixels") {
    Detector detector("mtcnn", fixtures::MtcnnFiles());
    const std::string png = fixtures::DrawnFaces();
    const cv::Mat drawn =
        cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
    for (const int enlargement : {1, 2, 4}) {
      cv::Mat image;
      cv::resize(drawn, image, {}, enlargement, enlargement, cv::INTER_CUBIC);
      image = image(cv::Rect(0, 0, image.cols - 3, image.rows - 5));  // sides that no reduction divides
      const std::vector<uint8_t> jpeg = encoded::Encode(image, ".jpg");
      Options by_face;
      by_face.min_face_size = 40 * enlargement;
      Options by_side;
      by_side.max_side = 399;
      for (Options options : {by_face, by_side}) {
        CAPTURE(enlargement);
        CAPTURE(options.max_side);
        const Detection exact = detector.Detect(AsBytes(jpeg), options, never);
        options.fast_decode = true;
        CHECK(DecodeImage(AsBytes(jpeg), options).reduction == 2 * enlargement);
        const Detection fast = detector.Detect(AsBytes(jpeg), options, never);
        CHECK(fast.width == image.cols);
        CHECK(fast.height == image.rows);
        REQUIRE(exact.faces.size() >= 3);
        REQUIRE(fast.faces.size() == exact.faces.size());
        for (const Face& face : fast.faces) {
          const double height = face.box.y2 - face.box.y1;
          const auto is_near = [&](double a, double b) { return std::abs(a - b) < 0.15 * height; };
          const auto is_twin = [&](const Face& other) {
            const Point nose = (*face.landmarks)[2];
            const Point other_nose = (*other.landmarks)[2];
            return is_near(other.box.x1, face.box.x1) && is_near(other.box.y1, face.box.y1) &&
                   is_near(other.box.x2, face.box.x2) && is_near(other.box.y2, face.box.y2) &&
                   is_near(other_nose.x, nose.x) && is_near(other_nose.y, nose.y);
          };
          CHECK(std::any_of(exact.faces.begin(), exact.faces.end(), is_twin));
        }
      }
    }
  }

  TEST_CASE("raw pixels give what the encoded image gives") {
    Detector detector("mtcnn", fixtures::MtcnnFiles());
    const std::string png = fixtures::DrawnFaces();
    const cv::Mat bgr =
        cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
    const RawImage raw{{bgr.data, bgr.total() * 3}, bgr.cols, bgr.rows, 3, false};
    const Detection from_raw = detector.Detect(raw, {}, never);
    const Detection from_png = detector.Detect(AsBytes(png), {}, never);
    REQUIRE(from_raw.faces.size() == from_png.faces.size());
    for (size_t i = 0; i < from_raw.faces.size(); ++i) CHECK(from_raw.faces[i].box.x1 == from_png.faces[i].box.x1);
  }

  TEST_CASE("a search ends when its processor time is used up, on any number of threads, and the next one is whole") {
    const cv::Mat noise = fixtures::Noise(1200, 1200);
    const RawImage raw{{noise.data, noise.total() * 3}, noise.cols, noise.rows, 3, false};
    const std::string png = fixtures::DrawnFaces();
    for (const int threads : {1, 3}) {
      Detector detector("mtcnn", fixtures::MtcnnFiles(), EngineChoice::kAuto, threads);
      const std::vector<Face> faces = detector.Detect(AsBytes(png), {}, never).faces;
      CHECK(CodeOf([&] { detector.Detect(raw, {}, CancelFlag(std::chrono::milliseconds(3))); }) == "TOO_COSTLY");
      CHECK(CodeOf([&] {
              detector.Render(raw, {}, {RedactOptions{}, {}, 0}, CancelFlag(std::chrono::milliseconds(3)));
            }) == "TOO_COSTLY");
      const Detection again = detector.Detect(AsBytes(png), {}, CancelFlag(std::chrono::minutes(10)));
      CHECK(fixtures::AreEqual(again.faces, faces));
    }
  }

  TEST_CASE("one detector, eight threads, cancelled and damaged calls between: answers stay equal") {
    Detector detector("mtcnn", fixtures::MtcnnFiles());
    const std::string png = fixtures::DrawnFaces();
    const Detection expected = detector.Detect(AsBytes(png), {}, never);
    std::vector<std::thread> threads;
    std::vector<int> equal(8);
    for (size_t t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < 3; ++round) {
          CancelFlag cancel;
          if (round == 1) cancel.Cancel();
          try {
            const Detection found = detector.Detect(AsBytes(png), {}, cancel);
            equal[t] +=
                found.faces.size() == expected.faces.size() && found.faces[0].box.x1 == expected.faces[0].box.x1;
          } catch (const Error& error) {
            equal[t] += round == 1 && error.code() == ErrorCode::kAborted;
          }
          try {
            detector.Detect(AsBytes(png.substr(0, 100)), {}, never);
          } catch (const Error&) {
            equal[t] += 1;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const int count : equal) CHECK(count == 6);
  }
}
