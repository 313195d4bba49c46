#include "rnet.h"

namespace faces::mtcnn {
std::vector<Candidate> RNet::Refine(const cv::Mat& image, const std::vector<Candidate>& candidates, float threshold,
                                    ThreadPool& pool, const CancelFlag& cancel) {
  std::vector<Candidate> kept;
  batches_.ForEachAnswer(image, candidates, pool, cancel, [&](const Candidate& candidate, const float* answer) {
    if (!(answer[0] > threshold)) return;
    kept.push_back(
        {ClipToImage(candidate.box, image.cols, image.rows), answer[0], {answer[1], answer[2], answer[3], answer[4]}});
  });
  return kept;
}

}  // namespace faces::mtcnn
