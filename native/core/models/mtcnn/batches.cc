#include "batches.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "crop.h"

namespace faces::mtcnn {
namespace {

// Small, so that the last batches finish soon; two full blocks of the fused kernels' dense layers with AVX2, one with
// AVX-512 (kernels/conv.cc). OpenCV takes the same time per crop for batches of 6 to 32.
constexpr size_t kBatch = 12;

// Candidates from top to bottom of the image: neighbouring crops share pixels, which are then still in the cache. In
// order of score, each would have to wait for memory.
std::vector<size_t> TopDown(const std::vector<Candidate>& candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const Box& box_a = candidates[a].box;
    const Box& box_b = candidates[b].box;
    return std::tie(box_a.y1, box_a.x1, a) < std::tie(box_b.y1, box_b.x1, b);
  });
  return order;
}

}  // namespace

Batches::Batches(CropNet net, std::vector<std::unique_ptr<CropEngine>> engines) : net_(net) {
  for (auto& engine : engines) workspaces_.push_back({std::move(engine), {}});
}

void Batches::ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, ThreadPool& pool,
                            const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use) {
  const int side = CropSide(net_);
  const size_t crop_bytes = static_cast<size_t>(side) * static_cast<size_t>(side) * 3;
  const auto answer_size = static_cast<size_t>(AnswerSize(net_));
  std::vector<float> answers(candidates.size() * answer_size);
  const std::vector<size_t> order = TopDown(candidates);
  // Batches must not depend on the number of threads: OpenCV's last digits depend on the batch size.
  pool.ForEach((candidates.size() + kBatch - 1) / kBatch, [&](size_t thread, size_t batch) {
    Checkpoint(cancel);
    ThreadWorkspace& workspace = workspaces_[thread];
    const size_t count = std::min(kBatch, candidates.size() - batch * kBatch);
    workspace.crops.resize(count * crop_bytes);
    const size_t* batch_order = order.data() + batch * kBatch;
    for (size_t i = 0; i < count; ++i) {
      Crop(image, candidates[batch_order[i]].box, side, workspace.crops.data() + i * crop_bytes);
    }
    const float* batch_answers = workspace.engine->Infer(workspace.crops.data(), static_cast<int>(count));
    for (size_t i = 0; i < count; ++i) {
      std::copy_n(batch_answers + i * answer_size, answer_size, answers.data() + batch_order[i] * answer_size);
    }
  });
  for (size_t i = 0; i < candidates.size(); ++i) use(candidates[i], answers.data() + i * answer_size);
}

}  // namespace faces::mtcnn
