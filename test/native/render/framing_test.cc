#include "render/framing.h"

#include "../fixtures.h"

using namespace faces;
using render::CutPart;
using render::FramedSize;
using render::FrameFaces;

namespace {

Face FaceAt(double x, double y, double width, double height) { return {{x, y, x + width, y + height}, 0.9F, {}}; }

FramingOptions Asked(int width, int height, double zoom = 0, bool enlarges = false) {
  return {width, height, zoom, enlarges};
}

bool IsWithin(const cv::Rect& inner, const cv::Rect& outer) { return (inner & outer) == inner; }

// The pixels that a face covers on the picture.
cv::Rect Covered(const Face& face, const cv::Size& picture) {
  const cv::Point from(static_cast<int>(std::floor(face.box.x1)), static_cast<int>(std::floor(face.box.y1)));
  const cv::Point to(static_cast<int>(std::ceil(face.box.x2)), static_cast<int>(std::ceil(face.box.y2)));
  return cv::Rect(from, to) & cv::Rect({0, 0}, picture);
}

cv::Rect CoveredByAll(const std::vector<Face>& faces, const cv::Size& picture) {
  cv::Rect all;
  for (const Face& face : faces) all |= Covered(face, picture);
  return all;
}

// The largest part of exactly that proportion.
cv::Size2d Largest(const cv::Size& picture, const FramingOptions& options) {
  const double width = std::min(1.0 * picture.width, 1.0 * picture.height * options.width / options.height);
  return {width, width * options.height / options.width};
}

struct Case {
  cv::Size picture;
  std::vector<Face> faces;
  FramingOptions options;
};

std::vector<Case> Cases() {
  fixtures::Random random(11);
  const auto below = [&](int max) { return 1 + static_cast<int>(random.Next(static_cast<uint32_t>(max))); };
  std::vector<Case> cases;
  for (int i = 0; i < 20'000; ++i) {
    const cv::Size picture(below(400), below(400));
    Case made{picture, {}, Asked(below(500), below(500), random.Uniform(0, 1), random.Next(2) == 0)};
    if (i % 3 == 0) made.options.zoom = i % 2;
    const uint32_t count = random.Next(6);
    for (uint32_t k = 0; k < count; ++k) {
      made.faces.push_back(FaceAt(random.Uniform(-50, picture.width), random.Uniform(-50, picture.height),
                                  random.Uniform(1, 150), random.Uniform(1, 150)));
    }
    cases.push_back(made);
  }
  return cases;
}

}  // namespace

TEST_CASE("a part is always within the picture, of the proportion asked for, and the same each time") {
  for (const auto& [picture, faces, options] : Cases()) {
    const auto [part, focus] = FrameFaces(picture, faces, options);
    CHECK(part.area() > 0);
    CHECK(IsWithin(part, {{0, 0}, picture}));
    // Within a pixel of one of the sides, where the proportion leaves room for more than one.
    const double height = 1.0 * part.width * options.height / options.width;
    const double width = 1.0 * part.height * options.width / options.height;
    CHECK((std::abs(height - part.height) <= 1 || std::abs(width - part.width) <= 1));
    CHECK(focus.x >= 0);
    CHECK(focus.x <= 1);
    CHECK(focus.y >= 0);
    CHECK(focus.y <= 1);
    const Framing again = FrameFaces(picture, faces, options);
    CHECK(again.part == part);
    CHECK(again.focus.x == focus.x);
  }
}

TEST_CASE("all faces are in the part if the largest one can hold them, at every zoom") {
  int held = 0;
  for (const auto& [picture, faces, options] : Cases()) {
    const cv::Rect all = CoveredByAll(faces, picture);
    const cv::Size2d largest = Largest(picture, options);
    if (all.empty() || all.width > largest.width || all.height > largest.height) continue;
    CHECK(IsWithin(all, FrameFaces(picture, faces, options).part));
    ++held;
  }
  CHECK(held > 2000);
}

TEST_CASE("without zoom the part is the largest") {
  for (auto [picture, faces, options] : Cases()) {
    options.zoom = 0;
    const cv::Size part = FrameFaces(picture, faces, options).part.size();
    const cv::Size2d largest = Largest(picture, options);
    CHECK(std::abs(part.width - largest.width) <= 1);
    CHECK(std::abs(part.height - largest.height) <= 1);
  }
}

TEST_CASE("a picture is never enlarged unless asked, and then has exactly its size") {
  for (const auto& [picture, faces, options] : Cases()) {
    const cv::Rect part = FrameFaces(picture, faces, options).part;
    const cv::Size size = FramedSize(part, options);
    if (options.enlarges) {
      CHECK(size == cv::Size(options.width, options.height));
    } else {
      CHECK(size.width <= part.width);
      CHECK(size.height <= part.height);
      CHECK(size.width <= options.width);
    }
  }
}

TEST_CASE("no face: the middle, whatever the zoom, and so do faces that are not on the picture") {
  for (const double zoom : {0.0, 1.0}) {
    const Framing across = FrameFaces({300, 100}, {}, Asked(100, 100, zoom));
    CHECK(across.part == cv::Rect(100, 0, 100, 100));
    CHECK(across.focus.x == 0.5);
    CHECK(across.focus.y == 0.5);
    CHECK(FrameFaces({100, 300}, {FaceAt(-50, -50, 20, 20)}, Asked(10, 10, zoom)).part == cv::Rect(0, 100, 100, 100));
  }
}

TEST_CASE("a single face has its eyes a third from the top and is in the middle") {
  Face face = FaceAt(480, 700, 40, 50);
  face.landmarks = Landmarks{{{490, 720}, {510, 720}, {500, 730}, {492, 740}, {508, 740}}};
  const cv::Rect part = FrameFaces({1000, 1500}, {face}, Asked(200, 100)).part;
  CHECK(part == cv::Rect(0, 553, 1000, 500));  // 720 - 500 / 3
  const cv::Rect close = FrameFaces({1000, 1500}, {face}, Asked(40, 40, 1)).part;
  CHECK(std::abs(close.x + close.width / 2 - 500) <= 1);
  // Room for hair, chin and ears, for which the eyes are a little lower.
  CHECK(close.y + 0.45 * close.height > 720);
  CHECK(close.y + 0.3 * close.height < 720);
  CHECK(IsWithin({472, 683, 56, 74}, close));
  CHECK(close.width < 110);
}

TEST_CASE("where not all fit, the group that takes most room stays, and a large face outweighs small ones") {
  const cv::Size picture(1000, 200);
  const std::vector<Face> pair{FaceAt(800, 80, 50, 60), FaceAt(900, 80, 50, 60)};
  std::vector<Face> faces{FaceAt(20, 80, 60, 80), pair[0], pair[1]};
  const Framing right = FrameFaces(picture, faces, Asked(100, 100));
  CHECK(IsWithin(CoveredByAll(pair, picture), right.part));
  CHECK(right.focus.x == doctest::Approx(0.875));
  faces[0] = FaceAt(20, 40, 120, 150);
  CHECK(IsWithin(Covered(faces[0], picture), FrameFaces(picture, faces, Asked(100, 100)).part));
}

TEST_CASE("a face larger than the part is shown around its eyes") {
  const cv::Rect part = FrameFaces({400, 1000}, {FaceAt(0, 100, 400, 800)}, Asked(400, 300)).part;
  CHECK(part == cv::Rect(0, 320, 400, 300));  // eyes at 100 + 0.4 x 800, a third below the top
}

TEST_CASE("zoom comes closer steadily, but not beyond the pixels of the picture") {
  const std::vector<Face> faces{FaceAt(500, 400, 80, 100)};
  int before = 1001;
  for (const double zoom : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const cv::Rect part = FrameFaces({1000, 1000}, faces, Asked(50, 50, zoom)).part;
    CHECK(part.width < before);
    before = part.width;
  }
  CHECK(FrameFaces({1000, 1000}, faces, Asked(300, 300, 1)).part.size() == cv::Size(300, 300));
  CHECK(FrameFaces({1000, 1000}, faces, Asked(300, 300, 1, true)).part.width < 220);
}

TEST_CASE("without a size the focus is the middle of all faces, and the part the whole picture") {
  const Framing framing = FrameFaces({1000, 500}, {FaceAt(0, 0, 100, 100), FaceAt(800, 200, 100, 200)}, {});
  CHECK(framing.part == cv::Rect(0, 0, 1000, 500));
  CHECK(framing.focus.x == doctest::Approx(0.45));
  CHECK(framing.focus.y == doctest::Approx(0.4));
}

TEST_CASE("thousands of faces, and numbers of any size, are framed all the same") {
  std::vector<Face> faces;
  for (int i = 0; i < 20'000; ++i) faces.push_back(FaceAt(i % 2000, i / 10.0, 30, 40));
  faces.push_back(FaceAt(-1e12, -1e12, 1e300, 1e300));
  const cv::Rect part = FrameFaces({2000, 2000}, faces, Asked(300, 200, 1)).part;
  CHECK(IsWithin(part, {0, 0, 2000, 2000}));
  CHECK(FrameFaces({1, 1}, faces, Asked(8192, 1, 1)).part == cv::Rect(0, 0, 1, 1));
}

TEST_CASE("the picture shows the part: means where it is reduced, the pixels where it is not") {
  const cv::Mat noise = fixtures::Noise(60, 40);
  const cv::Rect part(10, 5, 40, 20);
  CHECK(cv::norm(CutPart(noise, part, Asked(40, 20)), noise(part), cv::NORM_INF) == 0);
  CHECK(cv::norm(CutPart(noise, part, Asked(80, 40)), noise(part), cv::NORM_INF) == 0);
  const cv::Mat half = CutPart(noise, part, Asked(20, 10));
  REQUIRE(half.size() == cv::Size(20, 10));
  const cv::Scalar mean = cv::mean(noise(cv::Rect(10, 5, 2, 2)));
  for (int c = 0; c < 3; ++c) CHECK(std::abs(half.at<cv::Vec3b>(0, 0)[c] - mean[c]) <= 1);
  CHECK(CutPart(noise, part, Asked(80, 40, 0, true)).size() == cv::Size(80, 40));

  // Reduced to its own width: samples between pixels gave black.
  cv::Mat strip(100, 1, CV_8UC1, cv::Scalar(0));
  for (int y = 0; y < strip.rows; y += 4) strip.at<uint8_t>(y, 0) = 255;
  const cv::Mat means(25, 1, CV_8UC1, cv::Scalar(64));
  CHECK(cv::norm(CutPart(strip, {0, 0, 1, 100}, Asked(1, 25)), means, cv::NORM_INF) <= 1);
}
