#include "onet.h"

namespace faces::mtcnn {
namespace {

// Ten values relative to the box's sides: five x, then five y. Rounded to float32 like the reference's array.
Landmarks PlaceLandmarks(const Box& box, const float* shares) {
  Landmarks points;
  for (size_t i = 0; i < points.size(); ++i) {
    points[i].x = static_cast<float>(box.x1 + Width(box) * shares[i]);
    points[i].y = static_cast<float>(box.y1 + Height(box) * shares[i + points.size()]);
  }
  return points;
}

}  // namespace

ONet::Answer ONet::Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                          ThreadPool& pool, const CancelFlag& cancel) {
  Answer kept;
  batches_.ForEachAnswer(image, candidates, pool, cancel, [&](const Candidate& candidate, const float* answer) {
    if (!(answer[0] > threshold)) return;
    const Box box = ClipToImage(candidate.box, image.cols, image.rows);
    kept.candidates.push_back({box, answer[0], {answer[1], answer[2], answer[3], answer[4]}});
    kept.landmarks.push_back(PlaceLandmarks(box, answer + 5));
  });
  return kept;
}

}  // namespace faces::mtcnn
