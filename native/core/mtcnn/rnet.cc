#include "rnet.h"

#include "batches.h"

namespace faces::mtcnn {
namespace {

constexpr int kCropSide = 24;
constexpr size_t kBatch = 32;

}  // namespace

RNet::RNet(const NetFiles& files) : net_(files, kCropSide, {2, 4}, "R-Net") {}

std::vector<Candidate> RNet::Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                                    const CancelFlag& cancel) {
  std::vector<Candidate> kept;
  ForEachBatch(image, candidates, kCropSide, kBatch, cancel, [&](size_t first, const cv::Mat& blob) {
    const std::vector<cv::Mat> answers = net_.Forward(blob);
    for (int i = 0; i < blob.size[0]; ++i) {
      const float score = answers[0].ptr<float>(i)[1];
      if (!(score > threshold)) continue;
      const auto* shift = answers[1].ptr<float>(i);
      const Box& box = candidates[first + static_cast<size_t>(i)].box;
      kept.push_back({ClipToImage(box, image.cols, image.rows), score, {shift[0], shift[1], shift[2], shift[3]}});
    }
  });
  return kept;
}

}  // namespace faces::mtcnn
