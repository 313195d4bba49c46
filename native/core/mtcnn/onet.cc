#include "onet.h"

#include "batches.h"

namespace faces::mtcnn {
namespace {

constexpr int kCropSide = 48;
constexpr size_t kBatch = 32;

// Ten shares of the box's sides: the five x, then the five y. Rounded to float32 as the reference's array does.
Landmarks PlaceLandmarks(const Box& box, const float* shares) {
  Landmarks points;
  for (size_t i = 0; i < points.size(); ++i) {
    points[i].x = static_cast<float>(box.x1 + Width(box) * shares[i]);
    points[i].y = static_cast<float>(box.y1 + Height(box) * shares[i + points.size()]);
  }
  return points;
}

}  // namespace

ONet::ONet(const NetFiles& files) : net_(files, kCropSide, {2, 4, 10}, "O-Net") {}

ONet::Answer ONet::Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                          const CancelFlag& cancel) {
  Answer kept;
  ForEachBatch(image, candidates, kCropSide, kBatch, cancel, [&](size_t first, const cv::Mat& blob) {
    const std::vector<cv::Mat> answers = net_.Forward(blob);
    for (int i = 0; i < blob.size[0]; ++i) {
      const float score = answers[0].ptr<float>(i)[1];
      if (!(score > threshold)) continue;
      const auto* shift = answers[1].ptr<float>(i);
      const Box box = ClipToImage(candidates[first + static_cast<size_t>(i)].box, image.cols, image.rows);
      kept.candidates.push_back({box, score, {shift[0], shift[1], shift[2], shift[3]}});
      kept.landmarks.push_back(PlaceLandmarks(box, answers[2].ptr<float>(i)));
    }
  });
  return kept;
}

}  // namespace faces::mtcnn
