#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <set>

#include "counted_memory.h"
#include "detector.h"
#include "encoded_images.h"
#include "fixtures.h"

using namespace faces;
using fixtures::AsBytes;

namespace {

const CancelFlag never;

/// How a call ends that is refused `times` allocations from the `skipped`-th on.
template <typename Call>
std::string Outcome(size_t skipped, size_t times, size_t& refused, const Call& call) {
  memory::Refuse(skipped, times);
  try {
    call();
    refused = memory::Allow();
    return "done";
  } catch (...) {
    refused = memory::Allow();
    return ErrorName(TranslateException().code());
  }
}

/// How the call ends when allocations are refused: each of the first, and of the many that follow some, alone and with
/// all after it.
template <typename Call>
std::set<std::string> Outcomes(const Call& call) {
  std::set<std::string> outcomes;
  for (const size_t times : {size_t{1}, std::numeric_limits<size_t>::max()}) {
    size_t refused = 1;
    for (size_t skipped = 0; refused > 0; skipped += 1 + skipped / 12) {
      const std::string outcome = Outcome(skipped, times, refused, call);
      if (refused > 0) outcomes.insert(outcome);
    }
  }
  return outcomes;
}

/// Says that there is no memory, or finds all the same where the library can do without. OpenCV's imdecode keeps to
/// itself why a decoder failed, so that what one of them was refused counts as a damaged image.
void CheckHarmless(const std::set<std::string>& outcomes) {
  CHECK(outcomes.count("OUT_OF_MEMORY") == 1);
  for (const std::string& outcome : outcomes) {
    const bool is_harmless = outcome == "OUT_OF_MEMORY" || outcome == "CORRUPT_IMAGE" || outcome == "done";
    CHECK_MESSAGE(is_harmless, outcome);
  }
}

void Expect(bool is_right) {
  if (!is_right) throw Error(ErrorCode::kInternal, "another answer");
}

cv::Mat Drawn() {
  const std::string png = fixtures::DrawnFaces();
  return cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
}

}  // namespace

TEST_SUITE("weights" * doctest::skip(!memory::kIsCounted)) {
  TEST_CASE("where memory is refused, at whatever point, a search says so, and the next one finds everything") {
    Detector detector("mtcnn", fixtures::MtcnnFiles(), EngineChoice::kFused, 2);
    Options options;
    options.min_face_size = 60;
    for (const char* format : {".png", ".jpg", ".webp", ".bmp", ".tiff"}) {
      CAPTURE(format);
      const std::vector<uint8_t> image = encoded::Encode(Drawn(), format);
      const auto detect = [&] { return detector.Detect(AsBytes(image), options, never).faces; };
      const std::vector<Face> faces = detect();
      CheckHarmless(Outcomes([&] { Expect(fixtures::AreEqual(detect(), faces)); }));
      CHECK(fixtures::AreEqual(detect(), faces));
    }
  }

  TEST_CASE("where memory is refused, a picture says so as well, and the next one is whole") {
    Detector detector("mtcnn", fixtures::MtcnnFiles(), EngineChoice::kFused);
    Options options;
    options.min_face_size = 60;
    const std::string png = fixtures::DrawnFaces();
    for (const PictureFormat format : {PictureFormat::kPng, PictureFormat::kJpeg, PictureFormat::kWebp}) {
      CAPTURE(static_cast<int>(format));
      for (const RenderOptions& render :
           {RenderOptions{AnnotateOptions{}, format, 0}, RenderOptions{CropOptions{}, format, 0}}) {
        const auto draw = [&] { return detector.Render(AsBytes(png), options, render, never).pictures; };
        const std::vector<uint8_t> whole = draw().at(0).bytes;
        CheckHarmless(Outcomes([&] { Expect(draw().at(0).bytes == whole); }));
        CHECK(draw().at(0).bytes == whole);
      }
    }
  }

  TEST_CASE("where memory is refused while weights are loaded, that says so too") {
    const ModelFiles files = fixtures::MtcnnFiles();
    const std::set<std::string> outcomes = Outcomes([&] { Detector("mtcnn", files, EngineChoice::kFused); });
    CHECK(outcomes == std::set<std::string>{"OUT_OF_MEMORY"});
  }
}
