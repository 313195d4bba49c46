#include "ultralight.h"

#include <array>
#include <opencv2/imgproc.hpp>

#include "detection/face_candidates.h"
#include "stopwatch.h"

namespace faces {
namespace {

// The authors' normalisation and overlap (intersection over union) (run_video_face_detect_onnx.py).
const NetInput kInput{cv::Scalar::all(127), 1.0 / 128, true};
constexpr double kOverlap = 0.3;

// The network's output maps: pixels between positions, and boxes at each (fd_config.py).
struct Map {
  int stride;
  int boxes;
};
constexpr std::array<Map, 4> kMaps{{{8, 3}, {16, 2}, {32, 2}, {64, 3}}};

int CountPositions(const cv::Size& input) {
  int count = 0;
  for (const auto& [stride, boxes] : kMaps) {
    count += (input.width + stride - 1) / stride * ((input.height + stride - 1) / stride) * boxes;
  }
  return count;
}

}  // namespace

UltraLight::UltraLight(const ModelFiles& files, const cv::Size& input)
    : input_(input), positions_(CountPositions(input)), net_(files, kInput, "UltraLight") {
  std::vector<Stage> stages;
  Find(cv::Mat(input, CV_8UC3, cv::Scalar::all(0)), {}, {}, stages);
}

std::vector<Face> UltraLight::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                   std::vector<Stage>& stages) {
  Stopwatch watch;
  Checkpoint(cancel);
  cv::Mat stretched;
  cv::resize(image, stretched, input_);
  const std::vector<cv::Mat> answers = net_.Forward(stretched, {{"boxes", positions_, 4}, {"scores", positions_, 2}});
  std::vector<Face> found;
  for (int i = 0; i < positions_; ++i) {
    const auto* corners = answers[0].ptr<float>(i);  // relative to the image's sides
    const Face face{{double(corners[0]) * image.cols, double(corners[1]) * image.rows, double(corners[2]) * image.cols,
                     double(corners[3]) * image.rows},
                    answers[1].ptr<float>(i)[1],  // index 0 is the background
                    std::nullopt};
    if (IsCandidate(face, options)) found.push_back(face);
  }
  std::vector<Face> faces = Suppress(found, kOverlap, OverlapOver::kUnion, cancel);
  stages.push_back({"ultralight", watch.Lap(), faces.size()});
  return faces;
}

}  // namespace faces
