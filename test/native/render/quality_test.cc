#include "render/quality.h"

#include <opencv2/imgproc.hpp>

#include "../fixtures.h"
#include "render/align.h"

using namespace faces;
using render::IsUsable;
using render::kNoseDepth;
using render::kTemplate;
using render::Measure;
using render::Pose;
using render::PoseOf;

namespace {

double Radians(double degrees) { return degrees * CV_PI / 180; }

// A head whose eyes and mouth corners are those of the template on a plane, with the nose in front of it, turned by yaw
// (to the right), then pitch (up), then roll (clockwise), seen from far away.
Landmarks HeadAt(double yaw, double pitch, double roll, double scale = 1) {
  const double half_eyes = (kTemplate[1].x - kTemplate[0].x) / 2;
  Landmarks seen;
  for (size_t i = 0; i < kTemplate.size(); ++i) {
    const double x = kTemplate[i].x - 56;
    const double y = kTemplate[i].y - 72;
    const double z = i == 2 ? kNoseDepth * half_eyes : 0;
    const double across = x * std::cos(Radians(yaw)) + z * std::sin(Radians(yaw));
    const double ahead = z * std::cos(Radians(yaw)) - x * std::sin(Radians(yaw));
    const double down = y * std::cos(Radians(pitch)) - ahead * std::sin(Radians(pitch));
    seen[i] = {scale * (across * std::cos(Radians(roll)) - down * std::sin(Radians(roll))) + 300,
               scale * (across * std::sin(Radians(roll)) + down * std::cos(Radians(roll))) + 200};
  }
  return seen;
}

// Where the face would be if it looked at the camera.
Landmarks Frontal(double scale) { return HeadAt(0, 0, 0, scale); }

// Stripes across the whole picture, `period` pixels wide on a crop of the face.
cv::Mat Stripes(double scale, double period) {
  cv::Mat picture(400, 600, CV_8UC3);
  for (int y = 0; y < picture.rows; ++y) {
    const double phase = 2 * CV_PI * y / (scale * period);
    picture.row(y) = cv::Scalar::all(128 + 60 * std::sin(phase));
  }
  return picture;
}

}  // namespace

TEST_CASE("the template is a face without angles, apart from its own asymmetry") {
  const Pose pose = PoseOf(kTemplate);
  CHECK(std::abs(pose.roll) < 0.5);
  CHECK(std::abs(pose.yaw) < 0.5);
  CHECK(std::abs(pose.pitch) < 0.5);
}

TEST_CASE("angles of a turned head are found, one at a time nearly exactly") {
  for (const double angle : {-60.0, -30.0, -5.0, 0.0, 10.0, 45.0, 70.0}) {
    for (const double scale : {0.3, 1.0, 20.0}) {
      CAPTURE(angle);
      CHECK(PoseOf(HeadAt(angle, 0, 0, scale)).yaw == doctest::Approx(angle).epsilon(0.02));
      CHECK(PoseOf(HeadAt(0, angle, 0, scale)).pitch == doctest::Approx(angle).epsilon(0.02));
    }
  }
  for (const double angle : {-179.0, -90.0, -20.0, 0.0, 30.0, 120.0}) {
    CHECK(std::abs(PoseOf(HeadAt(0, 0, angle)).roll - angle) < 0.5);
  }
}

TEST_CASE("angles together disturb each other by less than they are coarse anyway") {
  for (const double yaw : {-30.0, 0.0, 25.0}) {
    for (const double pitch : {-20.0, 0.0, 20.0}) {
      for (const double roll : {-40.0, 0.0, 15.0}) {
        const Pose pose = PoseOf(HeadAt(yaw, pitch, roll));
        CAPTURE(yaw);
        CAPTURE(pitch);
        CAPTURE(roll);
        CHECK(std::abs(pose.yaw - yaw) < 6);
        CHECK(std::abs(pose.pitch - pitch) < 6);
        CHECK(std::abs(pose.roll - roll) < 12);
      }
    }
  }
}

TEST_CASE("points that no face can have give numbers within the ranges") {
  fixtures::Random random(3);
  std::vector<Landmarks> all{{}, Frontal(1e-9), Frontal(1e9)};
  for (int i = 0; i < 2000; ++i) {
    Landmarks points;
    for (Point& point : points) point = {random.Uniform(-100, 700), random.Uniform(-100, 500)};
    all.push_back(points);
  }
  const cv::Mat noise = fixtures::Noise(600, 400);
  for (const Landmarks& points : all) {
    const FaceQuality quality = Measure(noise, points);
    CHECK(std::abs(quality.roll) <= 180);
    CHECK(std::abs(quality.yaw) <= 90);
    CHECK(std::abs(quality.pitch) <= 90);
    CHECK(quality.sharpness >= 0);
    CHECK(quality.sharpness < 1e7);
    CHECK(quality.brightness >= 0);
    CHECK(quality.brightness <= 255);
    CHECK(quality.size >= 0);
  }
}

TEST_CASE("sharpness is that of the face whatever its size, and falls when it is blurred") {
  const auto sharpness = [](double scale, double period) {
    return Measure(Stripes(scale, period), Frontal(scale)).sharpness;
  };
  const double reference = sharpness(1, 12);
  CHECK(reference > 100);
  // Interpolation between pixels of the picture costs some.
  for (const double scale : {1.5, 2.0, 3.0}) CHECK(sharpness(scale, 12) == doctest::Approx(reference).epsilon(0.2));
  CHECK(sharpness(1, 24) < 0.2 * reference);
  cv::Mat blurred;
  cv::GaussianBlur(Stripes(2, 12), blurred, {}, 12);
  CHECK(Measure(blurred, Frontal(2)).sharpness < 0.1 * reference);
}

TEST_CASE("what lies beside the face does not make it sharp") {
  cv::Mat picture = fixtures::Noise(600, 400);
  cv::rectangle(picture, {260, 160, 80, 90}, cv::Scalar::all(100), cv::FILLED);
  const FaceQuality quality = Measure(picture, Frontal(1));
  CHECK(quality.sharpness == doctest::Approx(0));
  CHECK(quality.brightness == doctest::Approx(100).epsilon(0.01));
}

// Beyond the picture an aligned crop is black: an edge as sharp as any.
TEST_CASE("a face that the border cuts is not sharp for that") {
  const cv::Mat flat(400, 310, CV_8UC3, cv::Scalar(30, 180, 90));
  const FaceQuality quality = Measure(flat, Frontal(1.5));
  CHECK(quality.sharpness == doctest::Approx(0));
  CHECK(quality.brightness == doctest::Approx(0.114 * 30 + 0.587 * 180 + 0.299 * 90).epsilon(0.01));
}

TEST_CASE("the size is the distance of the eyes") {
  const cv::Mat picture(400, 600, CV_8UC3, cv::Scalar::all(9));
  const double eyes = std::hypot(kTemplate[1].x - kTemplate[0].x, kTemplate[1].y - kTemplate[0].y);
  for (const double roll : {0.0, 30.0, -90.0}) {
    CHECK(Measure(picture, HeadAt(0, 0, roll, 2)).size == doctest::Approx(2 * eyes));
  }
}

TEST_CASE("a face is usable within the limits, which count either way") {
  const FaceQuality quality{-20, 30, -50, 100, 128, 40};
  QualityOptions options;
  CHECK(IsUsable(quality, options));
  CHECK_FALSE(options.AreLimits());
  options.max_roll = 20;
  options.max_yaw = 30;
  options.min_sharpness = 100;
  CHECK(options.AreLimits());
  CHECK(IsUsable(quality, options));
  for (const QualityOptions& limits :
       {QualityOptions{true, 19, 90, 0}, QualityOptions{true, 180, 29, 0}, QualityOptions{true, 180, 90, 101}}) {
    CHECK_FALSE(IsUsable(quality, limits));
  }
}
