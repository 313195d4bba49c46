#include "batches.h"

#include <algorithm>

#include "crop.h"
#include "net.h"

namespace faces::mtcnn {

void ForEachBatch(const cv::Mat& image, const std::vector<Candidate>& candidates, int side, size_t batch,
                  const CancelFlag& cancel, const std::function<void(size_t, const cv::Mat&)>& use) {
  for (size_t first = 0; first < candidates.size(); first += batch) {
    Checkpoint(cancel);
    const int count = static_cast<int>(std::min(batch, candidates.size() - first));
    cv::Mat blob = MakeBlob(count, side, side);
    for (int i = 0; i < count; ++i) {
      CropToBlob(image, candidates[first + static_cast<size_t>(i)].box, side, blob.ptr<float>(i));
    }
    use(first, blob);
  }
}

}  // namespace faces::mtcnn
