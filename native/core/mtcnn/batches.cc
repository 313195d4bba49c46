#include "batches.h"

#include <algorithm>

#include "crop.h"

namespace faces::mtcnn {
namespace {

constexpr size_t kBatch = 32;

}  // namespace

void ForEachAnswer(const cv::Mat& image, const std::vector<Candidate>& candidates, CropNet net, CropEngine& engine,
                   const CancelFlag& cancel, const std::function<void(const Candidate&, const float*)>& use) {
  const int side = CropSide(net);
  const size_t crop_bytes = static_cast<size_t>(side) * static_cast<size_t>(side) * 3;
  std::vector<uint8_t> crops;
  for (size_t first = 0; first < candidates.size(); first += kBatch) {
    Checkpoint(cancel);
    const size_t count = std::min(kBatch, candidates.size() - first);
    crops.resize(count * crop_bytes);
    for (size_t i = 0; i < count; ++i) Crop(image, candidates[first + i].box, side, crops.data() + i * crop_bytes);
    const float* answers = engine.Judge(crops.data(), static_cast<int>(count));
    for (size_t i = 0; i < count; ++i) {
      use(candidates[first + i], answers + i * static_cast<size_t>(AnswerSize(net)));
    }
  }
}

}  // namespace faces::mtcnn
