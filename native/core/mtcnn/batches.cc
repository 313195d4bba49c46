#include "batches.h"

#include <algorithm>
#include <utility>

#include "crop.h"

namespace faces::mtcnn {
namespace {

// Few, so that the last to come are soon done; more at once take as long for each (measured on both engines).
constexpr size_t kBatch = 8;

}  // namespace

Batches::Batches(CropNet net, std::vector<std::unique_ptr<CropEngine>> engines) : net_(net) {
  for (auto& engine : engines) lanes_.push_back({std::move(engine), {}});
}

void Batches::ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, ThreadPool& pool,
                            const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use) {
  const int side = CropSide(net_);
  const size_t crop_bytes = static_cast<size_t>(side) * static_cast<size_t>(side) * 3;
  const auto answer_size = static_cast<size_t>(AnswerSize(net_));
  std::vector<float> answers(candidates.size() * answer_size);
  // The batches are the same for any number of threads: OpenCV's last digits depend on how many crops come at once.
  pool.ForEach((candidates.size() + kBatch - 1) / kBatch, [&](size_t thread, size_t batch) {
    Checkpoint(cancel);
    Lane& lane = lanes_[thread];
    const size_t first = batch * kBatch;
    const size_t count = std::min(kBatch, candidates.size() - first);
    lane.crops.resize(count * crop_bytes);
    for (size_t i = 0; i < count; ++i) Crop(image, candidates[first + i].box, side, lane.crops.data() + i * crop_bytes);
    const float* judged = lane.engine->Judge(lane.crops.data(), static_cast<int>(count));
    std::copy_n(judged, count * answer_size, answers.data() + first * answer_size);
  });
  for (size_t i = 0; i < candidates.size(); ++i) use(candidates[i], answers.data() + i * answer_size);
}

}  // namespace faces::mtcnn
