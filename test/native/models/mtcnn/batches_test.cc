#include "models/mtcnn/batches.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

namespace {

using namespace faces;
using namespace faces::mtcnn;

// Answers a crop's first pixel as its score.
class FirstPixel : public CropEngine {
 public:
  const float* Infer(const uint8_t* bgr, int count) override {
    constexpr size_t kCrop = 24 * 24 * 3;
    answers_.assign(static_cast<size_t>(count) * 5, 0.0F);
    for (size_t i = 0; i < static_cast<size_t>(count); ++i) answers_[i * 5] = static_cast<float>(bgr[i * kCrop]);
    return answers_.data();
  }

 private:
  std::vector<float> answers_;
};

}  // namespace

TEST_CASE("each candidate gets its own answer, in the order given, whatever order the crops are cut in") {
  // The row's number in every pixel. Candidates jump up and down; some share their row.
  cv::Mat image(250, 60, CV_8UC3);
  for (int y = 0; y < image.rows; ++y) image.row(y).setTo(cv::Scalar::all(y));
  std::vector<Candidate> candidates;
  for (int i = 0; i < 101; ++i) {
    const double x = i % 3;
    const double y = i * 37 % 89 * 2;
    candidates.push_back({{x, y, x + 23, y + 23}, static_cast<double>(i), {}});
  }
  for (const size_t threads : {size_t{1}, size_t{3}}) {
    CAPTURE(threads);
    std::vector<std::unique_ptr<CropEngine>> engines;
    for (size_t i = 0; i < threads; ++i) engines.push_back(std::make_unique<FirstPixel>());
    Batches batches(CropNet::kRNet, std::move(engines));
    ThreadPool pool(threads);
    size_t next = 0;
    batches.ForEachAnswer(image, candidates, pool, {}, [&](const Candidate& candidate, const float* answer) {
      CHECK(candidate.score == static_cast<double>(next++));
      CHECK(answer[0] == static_cast<float>(candidate.box.y1));
    });
    CHECK(next == candidates.size());
  }
}
