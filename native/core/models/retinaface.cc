#include "retinaface.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "detection/face_candidates.h"
#include "stopwatch.h"

namespace faces {
namespace {

// All values are from data/config.py and detect.py of biubug6/Pytorch_Retinaface.
const NetInput kInput{{104, 117, 123}, 1, false};
constexpr int kSide = 640;
constexpr double kOverlap = 0.4;
constexpr double kCentreVariance = 0.1;
constexpr double kSizeVariance = 0.2;

// Anchor boxes: two at each position, which are `stride` pixels apart.
struct Priors {
  int stride;
  std::array<double, 2> sides;
};
constexpr std::array<Priors, 3> kPriors{{{8, {16, 32}}, {16, {64, 128}}, {32, {256, 512}}}};

struct Prior {
  double x;  ///< centre, in pixels of the input
  double y;
  double side;
};

// In the order of the network's output.
std::vector<Prior> MakePriors() {
  std::vector<Prior> priors;
  for (const auto& [stride, sides] : kPriors) {
    for (int row = 0; row < kSide / stride; ++row) {
      for (int column = 0; column < kSide / stride; ++column) {
        for (const double side : sides) priors.push_back({(column + 0.5) * stride, (row + 0.5) * stride, side});
      }
    }
  }
  return priors;
}

// `x` and `y`: image pixels per input pixel.
Face Decode(const Prior& prior, const float* box, const float* points, float score, double x, double y) {
  const auto from_centre = [&](double centre, float shift) { return centre + shift * kCentreVariance * prior.side; };
  const double centre_x = from_centre(prior.x, box[0]), half_width = prior.side * std::exp(box[2] * kSizeVariance) / 2;
  const double centre_y = from_centre(prior.y, box[1]), half_height = prior.side * std::exp(box[3] * kSizeVariance) / 2;
  Face face;
  face.confidence = score;
  face.box = {(centre_x - half_width) * x, (centre_y - half_height) * y, (centre_x + half_width) * x,
              (centre_y + half_height) * y};
  face.landmarks.emplace();
  for (size_t i = 0; i < face.landmarks->size(); ++i) {
    (*face.landmarks)[i] = {from_centre(prior.x, points[2 * i]) * x, from_centre(prior.y, points[2 * i + 1]) * y};
  }
  return face;
}

// Placed at the top left of the input; the rest has the mean colour, which the network sees as 0.
cv::Mat Letterboxed(const cv::Mat& image, const cv::Size& size) {
  cv::Mat canvas(kSide, kSide, CV_8UC3, kInput.mean);
  cv::resize(image, canvas(cv::Rect({0, 0}, size)), size);
  return canvas;
}

}  // namespace

RetinaFace::RetinaFace(const ModelFiles& files) : net_(files, kInput, "RetinaFace") {
  std::vector<Stage> stages;
  Find(cv::Mat(kSide, kSide, CV_8UC3, kInput.mean), {}, {}, stages);
}

std::vector<Face> RetinaFace::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                   std::vector<Stage>& stages) {
  static const std::vector<Prior> priors = MakePriors();
  Stopwatch watch;
  Checkpoint(cancel);
  const double scale = double(kSide) / std::max(image.cols, image.rows);
  const auto side = [&](int pixels) { return std::max(1, static_cast<int>(std::lround(pixels * scale))); };
  const cv::Size size(side(image.cols), side(image.rows));
  const int count = static_cast<int>(priors.size());
  const std::vector<cv::Mat> answers =
      net_.Forward(Letterboxed(image, size), {{"loc", count, 4}, {"landms", count, 10}, {"conf", count, 2}});
  std::vector<Face> found;
  for (int i = 0; i < count; ++i) {
    const float score = answers[2].ptr<float>(i)[1];  // index 0 is the background
    const Face face = Decode(priors[static_cast<size_t>(i)], answers[0].ptr<float>(i), answers[1].ptr<float>(i), score,
                             double(image.cols) / size.width, double(image.rows) / size.height);
    if (IsCandidate(face, options)) found.push_back(face);
  }
  std::vector<Face> faces = Suppress(found, kOverlap, OverlapOver::kUnion, cancel);
  stages.push_back({"retinaface", watch.Lap(), faces.size()});
  return faces;
}

}  // namespace faces
