#include "quality.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "align.h"

namespace faces::render {
namespace {

double Degrees(double radians) { return radians * 180 / CV_PI; }

// Of atan2: beyond a right angle the points are in an order that no face has.
double UpToRightAngle(double radians) { return std::clamp(Degrees(radians), -90.0, 90.0); }

double Length(double x, double y) { return std::sqrt(x * x + y * y); }

Point Middle(const Point& a, const Point& b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

// A face's points in its own directions, in pixels.
struct Upright {
  double half_eyes;  // half the distance of the eyes
  double length;     // from between the eyes down to between the corners of the mouth
  double nose_down;  // the nose below the eyes
  double nose_side;  // the nose to the right of the line from between the eyes to between the corners of the mouth
};

Upright UprightOf(const Landmarks& landmarks, double roll) {
  const double cos = std::cos(roll);
  const double sin = std::sin(roll);
  const auto turned = [&](const Point& point) {
    return Point{point.x * cos + point.y * sin, point.y * cos - point.x * sin};
  };
  const auto& [left_eye, right_eye, nose, mouth_left, mouth_right] = landmarks;
  const Point eyes = turned(Middle(left_eye, right_eye));
  const Point mouth = turned(Middle(mouth_left, mouth_right));
  const Point tip = turned(nose);
  const double length = mouth.y - eyes.y;
  const double down = tip.y - eyes.y;
  const double share = length > 0 ? down / length : 0;
  return {(turned(right_eye).x - turned(left_eye).x) / 2, length, down, tip.x - eyes.x - share * (mouth.x - eyes.x)};
}

// Of a part within the picture's border; cv::Laplacian is not in the static OpenCV (native/static).
cv::Mat Laplacian(const cv::Mat& gray, const cv::Rect& part) {
  cv::Mat laplacian(part.size(), CV_16S);
  for (int y = 0; y < part.height; ++y) {
    const uint8_t* row = gray.ptr(part.y + y) + part.x;
    const uint8_t* above = gray.ptr(part.y + y - 1) + part.x;
    const uint8_t* below = gray.ptr(part.y + y + 1) + part.x;
    auto* out = laplacian.ptr<int16_t>(y);
    for (int x = 0; x < part.width; ++x) {
      out[x] = static_cast<int16_t>(row[x - 1] + row[x + 1] + above[x] + below[x] - 4 * row[x]);
    }
  }
  return laplacian;
}

}  // namespace

Pose PoseOf(const Landmarks& landmarks) {
  const auto& [left_eye, right_eye, nose, mouth_left, mouth_right] = landmarks;
  const double roll = std::atan2(right_eye.y - left_eye.y + mouth_right.y - mouth_left.y,
                                 right_eye.x - left_eye.x + mouth_right.x - mouth_left.x);
  const Upright face = UprightOf(landmarks, roll);
  // Seen from far away, turning a face by an angle shifts the tip of the nose by its depth times the sine, while the
  // distances on the plane behind it shrink by the cosine.
  const double yaw = std::atan2(face.nose_side, kNoseDepth * face.half_eyes);
  static const Upright kFrontal = UprightOf(kTemplate, 0);
  const double expected = kFrontal.nose_down / kFrontal.length * face.length;
  const double depth = kNoseDepth * kFrontal.half_eyes / kFrontal.length * face.length;
  return {Degrees(roll), UpToRightAngle(yaw), UpToRightAngle(std::atan2(expected - face.nose_down, depth))};
}

FaceQuality Measure(const cv::Mat& image, const Landmarks& landmarks) {
  const Pose pose = PoseOf(landmarks);
  // Repeated at the border, where black would be an edge that is not on the face.
  const cv::Mat crop = AlignFace(image, landmarks, kTemplateSide, cv::BORDER_REPLICATE);
  const cv::Rect measured(kMeasuredLeft, kMeasuredTop, kMeasuredSide, kMeasuredSide);
  cv::Mat gray;
  cv::cvtColor(crop, gray, cv::COLOR_BGR2GRAY);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(Laplacian(gray, measured), mean, deviation);
  const Point& left = landmarks[0];
  const Point& right = landmarks[1];
  return {pose.roll,
          pose.yaw,
          pose.pitch,
          deviation[0] * deviation[0],
          cv::mean(gray(measured))[0],
          Length(right.x - left.x, right.y - left.y)};
}

bool IsUsable(const FaceQuality& quality, const QualityOptions& options) {
  return std::abs(quality.roll) <= options.max_roll && std::abs(quality.yaw) <= options.max_yaw &&
         quality.sharpness >= options.min_sharpness;
}

}  // namespace faces::render
