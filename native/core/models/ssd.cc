#include "ssd.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "detection/face_candidates.h"
#include "stopwatch.h"

namespace faces {
namespace {

// From OpenCV's samples/dnn/models.yml.
const NetInput kInput{{104, 177, 123}, 1, false};
const cv::Size kSize(300, 300);

bool HasCentreInside(const Box& box, const cv::Size& size) {
  const double x = (box.x1 + box.x2) / 2, y = (box.y1 + box.y2) / 2;
  return x >= 0 && x < size.width && y >= 0 && y < size.height;
}

}  // namespace

Ssd::Ssd(const ModelFiles& files) : net_(files, kInput, "SSD") {
  std::vector<Stage> stages;
  Find(cv::Mat(kSize, CV_8UC3, cv::Scalar::all(0)), {}, {}, stages);
}

std::vector<Face> Ssd::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                            std::vector<Stage>& stages) {
  Stopwatch watch;
  Checkpoint(cancel);
  cv::Mat stretched;
  cv::resize(image, stretched, kSize);
  // The last layer has already decoded and suppressed: image, class, score, then corners relative to the image's sides.
  const cv::Mat answers = net_.Forward(stretched, {{"detection_out", 0, 7}}).front();
  std::vector<Face> faces;
  for (int i = 0; i < answers.rows; ++i) {
    const auto* answer = answers.ptr<float>(i);
    const Face face{{double(answer[3]) * image.cols, double(answer[4]) * image.rows, double(answer[5]) * image.cols,
                     double(answer[6]) * image.rows},
                    answer[2],
                    std::nullopt};
    if (IsCandidate(face, options) && HasCentreInside(face.box, image.size())) faces.push_back(face);
  }
  std::stable_sort(faces.begin(), faces.end(),
                   [](const Face& a, const Face& b) { return a.confidence > b.confidence; });
  stages.push_back({"ssd", watch.Lap(), faces.size()});
  return faces;
}

}  // namespace faces
