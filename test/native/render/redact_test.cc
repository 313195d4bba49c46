#include "render/redact.h"

#include <chrono>
#include <opencv2/imgproc.hpp>

#include "../counted_memory.h"
#include "../fixtures.h"

using namespace faces;
using render::kSamplesAcross;
using render::kSmallestSquare;
using render::Redact;
using Mode = RedactOptions::Mode;
using Shape = RedactOptions::Shape;

namespace {

Face FaceAt(double x1, double y1, double x2, double y2) { return {{x1, y1, x2, y2}, 0.9F, {}}; }

cv::Mat Redacted(const cv::Mat& picture, const std::vector<Face>& faces, const RedactOptions& options) {
  cv::Mat copy = picture.clone();
  Redact(copy, faces, options, CancelFlag());
  return copy;
}

bool AreEqual(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF) == 0; }

// The noise, and the same with other noise on top whose mean over every square of `side` pixels is 0: squares are
// filled with pairs of pixels that move by as much up as down. The values stay away from 0 and 255.
cv::Mat MidNoise(int width, int height) {
  cv::Mat image;
  cv::GaussianBlur(fixtures::Noise(width, height), image, {0, 0}, 3);
  return image;
}

cv::Mat WithDetail(const cv::Mat& image, int side) {
  fixtures::Random random(5);
  cv::Mat detailed = image.clone();
  const int channels = image.channels();
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x + 1 < image.cols; x += 2) {
      if (x / side != (x + 1) / side) continue;
      for (int c = 0; c < channels; ++c) {
        const auto change = static_cast<int>(random.Next(61)) - 30;
        uint8_t& left = detailed.ptr(y, x)[c];
        uint8_t& right = detailed.ptr(y, x + 1)[c];
        left = static_cast<uint8_t>(left + change);
        right = static_cast<uint8_t>(right - change);
      }
    }
  }
  return detailed;
}

}  // namespace

// The measure of strength: whoever sees the result learns the means of the squares and nothing else.
TEST_CASE("of two faces that differ in detail only, blur and pixelate leave the same picture to the bit") {
  for (const int side : {40, 80, 400}) {  // of faces at a multiple of the squares' side, so that sums are exact
    const int square = side / kSamplesAcross;
    for (const int channels : {3, 4}) {
      cv::Mat plain = MidNoise(side, side);
      if (channels == 4) {
        cv::cvtColor(plain, plain, cv::COLOR_BGR2BGRA);
        cv::Mat alpha(plain.size(), CV_8U, cv::Scalar(128));
        cv::insertChannel(alpha, plain, 3);
      }
      const cv::Mat detailed = WithDetail(plain, square);
      CHECK(cv::norm(plain, detailed, cv::NORM_INF) >= 25);
      for (const Mode mode : {Mode::kBlur, Mode::kPixelate, Mode::kFill}) {
        const RedactOptions options{mode, Shape::kBox, 0};
        const std::vector<Face> face{FaceAt(0, 0, side, side)};
        CHECK(AreEqual(Redacted(plain, face, options), Redacted(detailed, face, options)));
      }
    }
  }
}

TEST_CASE("strength goes with the face: the same face twice as large keeps the same samples") {
  const cv::Mat face = MidNoise(80, 80);
  const RedactOptions options{Mode::kPixelate, Shape::kBox, 0};
  const cv::Mat once = Redacted(face, {FaceAt(0, 0, 80, 80)}, options);
  for (const int times : {2, 5}) {
    cv::Mat larger, expected;
    cv::resize(face, larger, {}, times, times, cv::INTER_NEAREST);
    cv::resize(once, expected, {}, times, times, cv::INTER_NEAREST);
    const int side = 80 * times;
    CHECK(cv::norm(Redacted(larger, {FaceAt(0, 0, side, side)}, options), expected, cv::NORM_INF) <= 1);
    cv::Mat blurred, smaller;
    blurred = Redacted(larger, {FaceAt(0, 0, side, side)}, {Mode::kBlur, Shape::kBox, 0});
    cv::resize(blurred, smaller, {80, 80}, 0, 0, cv::INTER_AREA);
    CHECK(cv::norm(smaller, Redacted(face, {FaceAt(0, 0, 80, 80)}, {Mode::kBlur, Shape::kBox, 0}), cv::NORM_INF) <= 3);
  }
}

TEST_CASE("pixelate leaves at most kSamplesAcross colours across a face, fewer of a small one") {
  const auto across = [](int side) {
    const cv::Mat noise = fixtures::Noise(side, side);
    const cv::Mat row = Redacted(noise, {FaceAt(0, 0, side, side)}, {Mode::kPixelate, Shape::kBox, 0}).row(side / 2);
    int colours = 1;
    for (int x = 1; x < side; ++x) colours += row.at<cv::Vec3b>(x) != row.at<cv::Vec3b>(x - 1);
    return colours;
  };
  for (const int side : {32, 33, 47, 100, 333}) CHECK(across(side) == kSamplesAcross);
  CHECK(across(3 * kSmallestSquare) == 3);
  CHECK(across(kSmallestSquare) == 1);
  CHECK(across(5) == 1);
}

TEST_CASE("fill leaves black and nothing else, opaque") {
  const cv::Mat picture(60, 60, CV_8UC4, cv::Scalar(10, 20, 30, 40));
  const cv::Mat filled = Redacted(picture, {FaceAt(10, 10, 50, 50)}, {Mode::kFill, Shape::kBox, 0});
  CHECK(AreEqual(filled(cv::Rect(10, 10, 40, 40)), cv::Mat(40, 40, CV_8UC4, cv::Scalar(0, 0, 0, 255))));
  CHECK(filled.at<cv::Vec4b>(9, 30) == cv::Vec4b(10, 20, 30, 40));
}

TEST_CASE("with the default margin the ellipse covers all of the box, and outside of its region nothing changes") {
  const cv::Mat white(300, 300, CV_8UC3, cv::Scalar::all(255));
  const Face face = FaceAt(100.5, 90.25, 180.75, 200.5);
  RedactOptions options{Mode::kFill};
  const cv::Mat filled = Redacted(white, {face}, options);
  CHECK(cv::countNonZero(filled(cv::Rect(100, 90, 81, 111)).clone().reshape(1)) == 0);
  cv::Mat outside = filled.clone();
  outside(cv::Rect(76, 57, 129, 177)) = cv::Scalar::all(255);  // the box and 0.3 of its sides around
  CHECK(AreEqual(outside, white));
  CHECK(filled.at<cv::Vec3b>(57, 76) == cv::Vec3b(255, 255, 255));  // an ellipse has no corners
  options.shape = Shape::kBox;
  CHECK(Redacted(white, {face}, options).at<cv::Vec3b>(58, 77) == cv::Vec3b(0, 0, 0));
}

TEST_CASE("blur and pixelate cover what fill covers") {
  const cv::Mat picture = fixtures::Noise(200, 160);
  const Face face = FaceAt(40, 30, 130, 120);
  for (const Shape shape : {Shape::kEllipse, Shape::kBox}) {
    const cv::Mat filled = Redacted(cv::Mat(160, 200, CV_8UC3, cv::Scalar::all(1)), {face}, {Mode::kFill, shape});
    for (const Mode mode : {Mode::kBlur, Mode::kPixelate}) {
      const cv::Mat hidden = Redacted(picture, {face}, {mode, shape});
      cv::Mat hidden_inside = hidden.clone();
      cv::Mat picture_inside = picture.clone();
      cv::Mat is_outside;
      cv::extractChannel(filled, is_outside, 0);
      picture_inside.setTo(cv::Scalar(), is_outside == 0);
      hidden_inside.setTo(cv::Scalar(), is_outside == 0);
      CHECK(AreEqual(hidden_inside, picture_inside));
      CHECK(cv::norm(hidden, picture, cv::NORM_INF) > 50);
    }
  }
}

// An ellipse in what the border leaves of a box would have the cheek in its corner.
TEST_CASE("a face that the border cuts is hidden around its own middle") {
  const cv::Mat white(100, 100, CV_8UC3, cv::Scalar::all(255));
  const cv::Mat filled = Redacted(white, {FaceAt(-40, 10, 40, 90)}, {Mode::kFill, Shape::kEllipse, 0.3});
  CHECK(cv::countNonZero(filled(cv::Rect(0, 10, 40, 80)).clone().reshape(1)) == 0);
}

TEST_CASE("faces outside, of no size, on a picture of one pixel, or wider than 16-bit coordinates") {
  for (const Mode mode : {Mode::kBlur, Mode::kPixelate, Mode::kFill}) {
    for (const Shape shape : {Shape::kEllipse, Shape::kBox}) {
      const RedactOptions options{mode, shape, 0.3};
      const cv::Mat noise = fixtures::Noise(50, 40);
      CHECK(AreEqual(Redacted(noise, {FaceAt(100, 100, 150, 150), FaceAt(-90, -90, -50, -50)}, options), noise));
      CHECK_NOTHROW(Redacted(noise,
                             {FaceAt(10, 10, 10, 10), FaceAt(10.5, 10.5, 10.5, 10.5), FaceAt(20, 20, 10, 10),
                              FaceAt(-1e9, -1e9, 1e9, 1e9)},
                             options));
      CHECK_NOTHROW(Redacted(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(9)), {FaceAt(0, 0, 20, 20)}, options));
      cv::Mat wide(30, 40000, CV_8UC3, cv::Scalar::all(9));
      wide.colRange(35000, 40000) = cv::Scalar::all(200);
      const cv::Mat hidden = Redacted(wide, {FaceAt(39950, 0, 39980, 30)}, options);
      CHECK(hidden.at<cv::Vec3b>(15, 39965) == (mode == Mode::kFill ? cv::Vec3b() : cv::Vec3b(200, 200, 200)));
    }
  }
}

TEST_CASE("of a small face beside a large one no detail of the large one is left, in either order") {
  const cv::Mat plain = MidNoise(400, 400);
  const cv::Mat detailed = WithDetail(plain, 100);
  // The small one takes in a band of the large one.
  const Face large = FaceAt(0, 0, 400, 400);
  const Face small = FaceAt(350, 100, 390, 140);
  const RedactOptions options{Mode::kBlur, Shape::kBox, 0};
  for (const std::vector<Face>& faces : {std::vector<Face>{large, small}, {small, large}}) {
    CHECK(AreEqual(Redacted(plain, faces, options), Redacted(detailed, faces, options)));
  }
}

namespace {

// Boxes of 100 to 400 pixels in no order, that lie over one another hundredfold.
std::vector<Face> Heap(int count, int side) {
  fixtures::Random random(9);
  std::vector<Face> faces;
  for (int i = 0; i < count; ++i) {
    const double x = random.Uniform(-50, side), y = random.Uniform(-50, side);
    faces.push_back(FaceAt(x, y, x + random.Uniform(100, 400), y + random.Uniform(100, 400)));
  }
  return faces;
}

// 255 where any of the faces hides the picture.
cv::Mat Covered(const cv::Size& picture, const std::vector<Face>& faces, RedactOptions options) {
  options.mode = Mode::kFill;
  const cv::Mat filled = Redacted(cv::Mat(picture, CV_8UC3, cv::Scalar::all(1)), faces, options);
  cv::Mat covered;
  cv::extractChannel(filled == cv::Scalar::all(0), covered, 0);
  return covered;
}

}  // namespace

TEST_CASE("fill hides what each of the faces alone would have hidden") {
  const std::vector<Face> faces = Heap(40, 300);
  for (const Shape shape : {Shape::kEllipse, Shape::kBox}) {
    const RedactOptions options{Mode::kFill, shape, 0.3};
    cv::Mat one_by_one = fixtures::Noise(300, 300);
    const cv::Mat together = Redacted(one_by_one, faces, options);
    for (const Face& face : faces) one_by_one = Redacted(one_by_one, {face}, options);
    CHECK(AreEqual(together, one_by_one));
  }
}

// Each was hidden by work of its own, whatever the others had hidden: two requests of 42 bytes kept two threads busy
// until their processes were killed.
TEST_CASE("thousands of faces over one another are all hidden, in the time of some") {
  constexpr int kSide = 2000;
  std::vector<Face> faces = Heap(20'000, kSide);
  faces.push_back(FaceAt(700, 700, 700, 700));  // of no size
  const cv::Mat picture = fixtures::Noise(kSide, kSide);
  for (const Shape shape : {Shape::kEllipse, Shape::kBox}) {
    for (const Mode mode : {Mode::kBlur, Mode::kPixelate}) {
      const RedactOptions options{mode, shape, 1};
      const cv::Mat hidden = Redacted(picture, faces, options);
      const cv::Mat covered = Covered(picture.size(), faces, options);
      cv::Mat outside = cv::Mat::zeros(picture.size(), CV_8UC3), hidden_outside = outside.clone();
      picture.copyTo(outside, ~covered);
      hidden.copyTo(hidden_outside, ~covered);
      CHECK(AreEqual(outside, hidden_outside));
      // Noise is gone: neighbours differ by a tenth of what they did.
      cv::Mat before, after;
      cv::absdiff(picture.colRange(1, kSide), picture.colRange(0, kSide - 1), before);
      cv::absdiff(hidden.colRange(1, kSide), hidden.colRange(0, kSide - 1), after);
      CHECK(cv::mean(after, covered.colRange(1, kSide))[0] < 0.1 * cv::mean(before, covered.colRange(1, kSide))[0]);
    }
  }
}

TEST_CASE("where faces share squares, no more than kSamplesAcross are seen across any") {
  constexpr int kSide = 900;
  std::vector<Face> faces = Heap(2000, kSide);
  const cv::Mat hidden = Redacted(fixtures::Noise(kSide, kSide), faces, {Mode::kPixelate, Shape::kBox, 0});
  // The largest lie beneath others; the smallest are on top.
  std::sort(faces.begin(), faces.end(), [](const Face& a, const Face& b) {
    return std::min(a.box.x2 - a.box.x1, a.box.y2 - a.box.y1) < std::min(b.box.x2 - b.box.x1, b.box.y2 - b.box.y1);
  });
  int seen = 0;
  for (size_t i = 0; i < 200; ++i) {
    const Box& box = faces[i].box;
    const bool is_inside = box.x1 >= 0 && box.y1 >= 0 && box.x2 < kSide && box.y2 < kSide;
    if (!is_inside || box.x2 - box.x1 > box.y2 - box.y1) continue;  // across the shorter side
    const cv::Mat row = hidden.row(static_cast<int>(box.y1 + box.y2) / 2);
    int colours = 1;
    for (int x = static_cast<int>(box.x1) + 1; x < static_cast<int>(box.x2); ++x) {
      colours += row.at<cv::Vec3b>(x) != row.at<cv::Vec3b>(x - 1);
    }
    CHECK(colours <= kSamplesAcross);
    ++seen;
  }
  CHECK(seen > 20);
}

TEST_CASE("regions are hidden as boxes of their exact size, with faces and without") {
  const cv::Mat white(100, 200, CV_8UC3, cv::Scalar::all(255));
  RedactOptions options{Mode::kFill};
  options.regions = {{20, 30, 80, 50}, {190, 90, 250, 150}};
  cv::Mat expected = white.clone();
  expected(cv::Rect(20, 30, 60, 20)) = cv::Scalar();
  expected(cv::Rect(190, 90, 10, 10)) = cv::Scalar();
  CHECK(AreEqual(Redacted(white, {}, options), expected));
  const Face face = FaceAt(120, 30, 150, 60);
  const cv::Mat both = Redacted(white, {face}, options);
  CHECK(AreEqual(both, Redacted(expected, {face}, {Mode::kFill})));
  options.whom = RedactOptions::Whom::kOnlyChosen;
  CHECK(AreEqual(Redacted(white, {face}, options), expected));
}

// Characters on a number plate are far narrower than it is high.
TEST_CASE("a region keeps kSamplesAcross samples across its longer side") {
  const cv::Mat noise = fixtures::Noise(200, 60);
  RedactOptions options{Mode::kPixelate};
  options.regions = {{20, 10, 180, 50}};
  const cv::Mat row = Redacted(noise, {}, options).row(30).colRange(20, 180);
  int colours = 1;
  for (int x = 1; x < row.cols; ++x) colours += row.at<cv::Vec3b>(x) != row.at<cv::Vec3b>(x - 1);
  CHECK(colours == kSamplesAcross);
}

TEST_CASE("a picture covered many times over hides regions too, and leaves what is excepted") {
  constexpr int kSide = 900;
  std::vector<Face> faces = Heap(500, 300);
  faces.push_back(FaceAt(780, 780, 880, 880));
  RedactOptions options{Mode::kPixelate, Shape::kBox, 0};
  options.whom = RedactOptions::Whom::kAllExceptChosen;
  options.chosen = {faces.size() - 1};
  options.regions = {{750, 20, 890, 90}};
  const cv::Mat noise = fixtures::Noise(kSide, kSide);
  const cv::Mat hidden = Redacted(noise, faces, options);
  const cv::Rect face(780, 780, 100, 100), region(750, 20, 140, 70);
  CHECK(AreEqual(hidden(face), noise(face)));
  cv::Mat across;
  cv::absdiff(hidden(region).colRange(1, 140), hidden(region).colRange(0, 139), across);
  CHECK(cv::mean(across)[0] < 5);
}

TEST_CASE("a picture of ordinary faces has squares for each of them, and one face more than is ordinary changes that") {
  const cv::Mat noise = fixtures::Noise(100, 100);
  const Face all = FaceAt(0, 0, 100, 100);
  const RedactOptions options{Mode::kPixelate, Shape::kBox, 0};
  const cv::Mat once = Redacted(noise, {all}, options);
  const auto same = [&](int times) {
    return AreEqual(Redacted(noise, std::vector<Face>(static_cast<size_t>(times), all), options), once);
  };
  CHECK(same(static_cast<int>(render::kMaxCoverage)));  // squares of squares are the same ones
  CHECK_FALSE(same(static_cast<int>(render::kMaxCoverage) + 1));
}

TEST_CASE("a set flag ends the work, and so does the processor time, within one large face as well") {
  CancelFlag cancelled;
  cancelled.Cancel();
  cv::Mat picture(5000, 5000, CV_8UC3, cv::Scalar::all(9));
  const std::vector<Face> face{FaceAt(0, 0, 5000, 5000)};
  for (const Mode mode : {Mode::kBlur, Mode::kPixelate, Mode::kFill}) {
    const RedactOptions options{mode, Shape::kBox, 0};
    CHECK(fixtures::CodeOf([&] { Redact(picture, face, options, cancelled); }) == "ABORTED");
    // After one face nobody would look.
    const CancelFlag brief(std::chrono::milliseconds(2));
    Checkpoint(brief);
    CHECK(fixtures::CodeOf([&] { Redact(picture, face, options, brief); }) == "TOO_COSTLY");
  }
}

// The means of a very large face are made in bands, so that they can be stopped.
TEST_CASE("the squares of a very large face show their means") {
  const cv::Mat small = MidNoise(200, 200);
  cv::Mat large;
  cv::resize(small, large, {5000, 5000}, 0, 0, cv::INTER_NEAREST);
  const auto hidden = [&](const Face& face) { return Redacted(large, {face}, {Mode::kPixelate, Shape::kBox, 0}); };
  const cv::Mat squares = hidden(FaceAt(0, 0, 5000, 5000));
  for (int y = 0; y < 5000; y += 1250) {
    for (int x = 0; x < 5000; x += 1250) {
      const cv::Scalar mean = cv::mean(large(cv::Rect(x, y, 1250, 1250)));
      const cv::Vec3b made = squares.at<cv::Vec3b>(y + 600, x + 600);
      for (int c = 0; c < 3; ++c) CHECK(std::abs(mean[c] - made[c]) <= 2);
    }
  }
  const cv::Scalar mean = cv::mean(large);
  const cv::Vec3b one = hidden(FaceAt(-20'000, -20'000, 20'000, 20'000)).at<cv::Vec3b>(2500, 2500);
  for (int c = 0; c < 3; ++c) CHECK(std::abs(mean[c] - one[c]) <= 2);
}
