#include "crop.h"
#include "engine.h"
#include "pyramid.h"

namespace faces::mtcnn {
namespace {

class Proposals : public ProposalEngine {
 public:
  explicit Proposals(const std::string& onnx) : net_(onnx, kPNetWindow, {2, 4}, "P-Net") {}

  void Propose(const uint8_t* bgr, int width, int height, float threshold, std::vector<Proposal>& found) override {
    cv::Mat blob = MakeBlob(1, width, height);
    PixelsToBlob(bgr, width, height, blob.ptr<float>());
    const cv::Size windows(WindowCount(width), WindowCount(height));
    const std::vector<cv::Mat> maps = net_.Forward(blob, windows);  // columns x rows (see opencv_net.h)
    const auto* score = maps[0].ptr<float>(0, 1);
    for (int column = 0; column < windows.width; ++column) {
      for (int row = 0; row < windows.height; ++row) {
        const int at = column * windows.height + row;
        if (!(score[at] > threshold)) continue;
        const auto shift = [&](int i) { return maps[1].ptr<float>(0, i)[at]; };
        found.push_back({column, row, score[at], {shift(0), shift(1), shift(2), shift(3)}});
      }
    }
  }

 private:
  OpenCvNet net_;
};

class Crops : public CropEngine {
 public:
  Crops(CropNet net, const std::string& onnx)
      : side_(CropSide(net)),
        answer_size_(AnswerSize(net)),
        net_(onnx, side_, net == CropNet::kRNet ? std::vector<int>{2, 4} : std::vector<int>{2, 4, 10},
             net == CropNet::kRNet ? "R-Net" : "O-Net") {}

  const float* Infer(const uint8_t* bgr, int count) override {
    cv::Mat blob = MakeBlob(count, side_, side_);
    for (int i = 0; i < count; ++i) {
      PixelsToBlob(bgr + static_cast<std::ptrdiff_t>(i) * side_ * side_ * 3, side_, side_, blob.ptr<float>(i));
    }
    const std::vector<cv::Mat> answers = net_.Forward(blob);
    numbers_.clear();
    for (int i = 0; i < count; ++i) {
      numbers_.push_back(answers[0].ptr<float>(i)[1]);
      const auto* shift = answers[1].ptr<float>(i);
      numbers_.insert(numbers_.end(), shift, shift + 4);
      if (answers.size() < 3) continue;
      const auto* shares = answers[2].ptr<float>(i);
      numbers_.insert(numbers_.end(), shares, shares + answer_size_ - 5);
    }
    return numbers_.data();
  }

 private:
  const int side_;
  const int answer_size_;
  OpenCvNet net_;
  std::vector<float> numbers_;
};

}  // namespace

std::unique_ptr<ProposalEngine> MakeOpenCvProposals(const std::string& onnx) {
  return std::make_unique<Proposals>(onnx);
}

std::unique_ptr<CropEngine> MakeOpenCvCrops(CropNet net, const std::string& onnx) {
  return std::make_unique<Crops>(net, onnx);
}

}  // namespace faces::mtcnn
