#include "render/align.h"

#include <opencv2/imgproc.hpp>

#include "../fixtures.h"

using namespace faces;
using render::AlignFace;
using render::Alignment;
using render::kTemplate;

namespace {

Point Moved(const cv::Matx23d& transform, const Point& point) {
  const cv::Vec2d moved = transform * cv::Vec3d(point.x, point.y, 1);
  return {moved[0], moved[1]};
}

// The template turned, scaled and shifted into a picture.
Landmarks TemplateAt(double angle, double scale, const Point& shift) {
  Landmarks landmarks;
  for (size_t i = 0; i < 5; ++i) {
    const auto [x, y] = kTemplate[i];
    landmarks[i] = {scale * (std::cos(angle) * x - std::sin(angle) * y) + shift.x,
                    scale * (std::sin(angle) * x + std::cos(angle) * y) + shift.y};
  }
  return landmarks;
}

// The same least squares as linear equations in a, b and the shift, solved by singular values.
cv::Matx23d Solved(const Landmarks& landmarks, int size) {
  cv::Mat left = cv::Mat::zeros(10, 4, CV_64F);
  cv::Mat right(10, 1, CV_64F);
  for (int i = 0; i < 5; ++i) {
    const auto [x, y] = landmarks[static_cast<size_t>(i)];
    const cv::Matx14d rows[] = {{x, -y, 1, 0}, {y, x, 0, 1}};
    for (int k = 0; k < 2; ++k) cv::Mat(rows[k]).copyTo(left.row(2 * i + k));
    right.at<double>(2 * i) = kTemplate[static_cast<size_t>(i)].x * size / 112;
    right.at<double>(2 * i + 1) = kTemplate[static_cast<size_t>(i)].y * size / 112;
  }
  cv::Mat_<double> s;
  cv::solve(left, right, s, cv::DECOMP_SVD);
  return {s(0), -s(1), s(2), s(1), s(0), s(3)};
}

// The image's OpenCV has no cv::moments.
Point CentreOfMass(const cv::Mat& gray) {
  double mass = 0, across = 0, down = 0;
  for (int y = 0; y < gray.rows; ++y) {
    for (int x = 0; x < gray.cols; ++x) {
      const double weight = gray.at<uint8_t>(y, x);
      mass += weight;
      across += weight * x;
      down += weight * y;
    }
  }
  return {across / mass, down / mass};
}

}  // namespace

TEST_CASE("alignment is the similarity transform of least squares") {
  fixtures::Random random(7);
  for (int round = 0; round < 50; ++round) {
    Landmarks landmarks = TemplateAt(random.Uniform(-3, 3), random.Uniform(0.2, 30),
                                     {random.Uniform(-500, 5000), random.Uniform(0, 900)});
    for (Point& point : landmarks) point = {point.x + random.Uniform(-9, 9), point.y + random.Uniform(-9, 9)};
    for (const int size : {16, 112, 500}) {
      CHECK(cv::norm(Alignment(landmarks, size) - Solved(landmarks, size)) < 1e-6 * size);
    }
  }
}

TEST_CASE("points that lie as the template does come to lie on it") {
  const Landmarks landmarks = TemplateAt(0.7, 3.1, {200, 90});
  for (const int size : {112, 224}) {
    const cv::Matx23d transform = Alignment(landmarks, size);
    for (size_t i = 0; i < 5; ++i) {
      const Point point = Moved(transform, landmarks[i]);
      CHECK(point.x == doctest::Approx(kTemplate[i].x * size / 112));
      CHECK(point.y == doctest::Approx(kTemplate[i].y * size / 112));
    }
  }
}

TEST_CASE("what lay under a landmark lies under its place of the template, at any scale and angle") {
  for (const double scale : {0.4, 1.0, 3.3, 9.7}) {
    for (const double angle : {0.0, 0.4, -1.5}) {
      const Landmarks landmarks = TemplateAt(angle, scale, {900, 1100});
      cv::Mat picture(2600, 2600, CV_8UC3, cv::Scalar::all(0));
      for (const Point& point : landmarks) {
        cv::circle(picture, {static_cast<int>(std::lround(point.x * 16)), static_cast<int>(std::lround(point.y * 16))},
                   static_cast<int>(4 * scale * 16), cv::Scalar::all(255), cv::FILLED, cv::LINE_AA, 4);
      }
      const cv::Mat crop = AlignFace(picture, landmarks, 112);
      REQUIRE(crop.size() == cv::Size(112, 112));
      for (const Point& point : kTemplate) {
        cv::Mat disc;
        cv::extractChannel(crop(cv::Rect(static_cast<int>(point.x) - 8, static_cast<int>(point.y) - 8, 18, 18)), disc,
                           0);
        const Point middle = CentreOfMass(disc);
        CAPTURE(scale);
        CAPTURE(angle);
        CHECK(std::abs(middle.x + static_cast<int>(point.x) - 8 - point.x) < 0.35);
        CHECK(std::abs(middle.y + static_cast<int>(point.y) - 8 - point.y) < 0.35);
      }
    }
  }
}

TEST_CASE("a crop of far fewer pixels shows means, not samples") {
  cv::Mat stripes(1200, 1200, CV_8UC3);
  for (int y = 0; y < stripes.rows; ++y) stripes.row(y) = cv::Scalar::all(y % 2 * 200);
  const cv::Mat crop = AlignFace(stripes, TemplateAt(0, 10, {40, 40}), 112);
  double least = 0;
  double most = 0;
  cv::minMaxLoc(crop.reshape(1), &least, &most);
  CHECK(least >= 90);
  CHECK(most <= 110);
}

TEST_CASE("beyond the picture a crop is black, transparent where there is alpha") {
  const cv::Mat white(100, 100, CV_8UC4, cv::Scalar::all(255));
  const cv::Mat crop = AlignFace(white, TemplateAt(0, 1, {-56, 0}), 112);
  CHECK(crop.at<cv::Vec4b>(50, 20) == cv::Vec4b(0, 0, 0, 0));
  CHECK(crop.at<cv::Vec4b>(50, 90) == cv::Vec4b(255, 255, 255, 255));
  CHECK(cv::countNonZero(AlignFace(white, TemplateAt(0, 1, {900, 0}), 112).reshape(1)) == 0);
}

TEST_CASE("landmarks that no face can have give a crop all the same") {
  const cv::Mat picture = fixtures::Noise(50, 40);
  const auto aligned = [&](const Landmarks& landmarks) {
    return AlignFace(picture, landmarks, 16).size() == cv::Size(16, 16);
  };
  CHECK(aligned({}));  // all points are one
  CHECK(aligned(TemplateAt(0, 1e-5, {20, 20})));
  CHECK(aligned(TemplateAt(0, 1e8, {20, 20})));
  // Found by fuzzing, seen by UBSan: more pixels of the picture for one of the crop than an int can count.
  CHECK(aligned(TemplateAt(0, 1e10, {20, 20})));
  CHECK(aligned(TemplateAt(0, 1e300, {20, 20})));
  CHECK(aligned(TemplateAt(0, 1, {1e12, -1e12})));
  CHECK(AlignFace(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(9)), TemplateAt(0, 0.01, {0, 0}), 112).cols == 112);
}
