#include "models/mtcnn/engine.h"

#include <algorithm>
#include <cmath>

#include "../../fixtures.h"
#include "../../targets.h"
#include "models/mtcnn/cascade.h"

using namespace faces;
using namespace faces::mtcnn;

namespace {

constexpr float kTolerance = 1e-4F;

Engines Fused(const ModelFiles& files) {
  return {MakeFusedProposals(files.at("det1.onnx")), MakeFusedCrops(CropNet::kRNet, files.at("det2.onnx")),
          MakeFusedCrops(CropNet::kONet, files.at("det3.onnx"))};
}

Engines OpenCv(const ModelFiles& files) {
  return {MakeOpenCvProposals(files.at("det1.onnx")), MakeOpenCvCrops(CropNet::kRNet, files.at("det2.onnx")),
          MakeOpenCvCrops(CropNet::kONet, files.at("det3.onnx"))};
}

std::vector<Proposal> Propose(ProposalEngine& engine, const cv::Mat& image, float threshold) {
  std::vector<Proposal> found;
  engine.Propose(image.data, image.cols, image.rows, threshold, found);
  std::sort(found.begin(), found.end(),
            [](const Proposal& a, const Proposal& b) { return a.row != b.row ? a.row < b.row : a.column < b.column; });
  return found;
}

// A smooth picture with noise on it: scores spread from 0 to 1, where noise alone gives none over a half.
cv::Mat Blobs(int width, int height, uint32_t seed) {
  cv::Mat image = fixtures::Noise(width, height, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double wave = 90 + 70 * std::sin(x * 0.45 + c) * std::sin(y * 0.35 + seed);
        uint8_t& value = image.at<cv::Vec3b>(y, x)[c];
        value = static_cast<uint8_t>(wave + value / 4.0);
      }
    }
  }
  return image;
}

void CheckProposals(const Engines& a, const Engines& b, int width, int height) {
  CAPTURE(width);
  CAPTURE(height);
  const cv::Mat image = Blobs(width, height, 5);
  const auto x = Propose(*a.pnet, image, -1);
  const auto y = Propose(*b.pnet, image, -1);
  REQUIRE(x.size() == static_cast<size_t>(((width - 1) / 2 - 4) * ((height - 1) / 2 - 4)));
  REQUIRE(x.size() == y.size());
  float worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    REQUIRE(x[i].column == y[i].column);
    REQUIRE(x[i].row == y[i].row);
    worst = std::max(worst, std::abs(x[i].score - y[i].score));
    for (size_t k = 0; k < 4; ++k) worst = std::max(worst, std::abs(x[i].regression[k] - y[i].regression[k]));
  }
  CHECK(worst < kTolerance);
}

void CheckCrops(CropNet net, CropEngine& a, CropEngine& b, int count) {
  CAPTURE(count);
  const int side = CropSide(net);
  const cv::Mat crops = Blobs(side, side * count, 6);
  const float* x = a.Infer(crops.data, count);
  const float* y = b.Infer(crops.data, count);
  float worst = 0;
  for (int i = 0; i < count * AnswerSize(net); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  CHECK(worst < kTolerance);
}

}  // namespace

TEST_SUITE("weights") {
  TEST_CASE("the fused kernels answer as OpenCV does, on tiles of any size and batches of any count") {
    const ModelFiles files = fixtures::MtcnnFiles();
    Engines opencv = OpenCv(files);
    fixtures::ForEachTarget([&] {
      Engines fused = Fused(files);
      for (int size = 12; size <= 40; ++size) CheckProposals(fused, opencv, size, 52 - size);
      CheckProposals(fused, opencv, 256, 256);
      CheckProposals(fused, opencv, 12, 256);
      CheckProposals(fused, opencv, 255, 13);
      for (const int count : {1, 2, 5, 12, 13, 32, 33}) {
        CheckCrops(CropNet::kRNet, *fused.rnet, *opencv.rnet, count);
        CheckCrops(CropNet::kONet, *fused.onet, *opencv.onet, count);
      }
      CHECK(Difference(fused, opencv).empty());
    });
  }

  TEST_CASE(
      "a threshold leaves the windows over it, neither more nor fewer, also the thresholds that are a window's score") {
    const ModelFiles files = fixtures::MtcnnFiles();
    const cv::Mat image = Blobs(120, 90, 5);
    fixtures::ForEachTarget([&] {
      const auto engine = MakeFusedProposals(files.at("det1.onnx"));
      const auto all = Propose(*engine, image, -1);
      std::vector<float> thresholds{0, 1e-7F, 0.3F, 0.6F, 0.9999999F, 1};
      for (size_t i = 0; i < all.size(); i += 97) thresholds.push_back(all[i].score);
      for (const float threshold : thresholds) {
        CAPTURE(threshold);
        auto over = all;
        over.erase(std::remove_if(over.begin(), over.end(), [&](const Proposal& p) { return !(p.score > threshold); }),
                   over.end());
        const auto found = Propose(*engine, image, threshold);
        REQUIRE(found.size() == over.size());
        for (size_t i = 0; i < found.size(); ++i) {
          CHECK(found[i].score == over[i].score);
          CHECK(found[i].regression == over[i].regression);
        }
      }
      CHECK(!Propose(*engine, image, 0.3F).empty());
    });
  }

  TEST_CASE("weights of another network are refused, and a difference is told") {
    const ModelFiles files = fixtures::MtcnnFiles();
    CHECK(fixtures::CodeOf([&] { MakeFusedProposals(files.at("det2.onnx")); }) == "MODEL_INVALID");
    CHECK(fixtures::CodeOf([&] { MakeFusedCrops(CropNet::kRNet, files.at("det3.onnx")); }) == "MODEL_INVALID");

    // Stands for kernels that a compiler or a processor got wrong.
    class Wrong : public CropEngine {
     public:
      explicit Wrong(std::unique_ptr<CropEngine> right) : right_(std::move(right)) {}
      const float* Infer(const uint8_t* bgr, int count) override {
        const float* answers = right_->Infer(bgr, count);
        answers_.assign(answers, answers + count * AnswerSize(CropNet::kRNet));
        answers_.back() = std::nanf("");
        return answers_.data();
      }

     private:
      std::unique_ptr<CropEngine> right_;
      std::vector<float> answers_;
    };
    Engines opencv = OpenCv(files);
    Engines wrong = OpenCv(files);
    wrong.rnet = std::make_unique<Wrong>(std::move(wrong.rnet));
    CHECK(Difference(wrong, opencv) == "R-Net's answers differ");
  }

  TEST_CASE("auto takes the fused kernels, the others what was asked for") {
    const ModelFiles files = fixtures::MtcnnFiles();
    CHECK(Cascade(files).engine().name == "fused");
    CHECK(Cascade(files, EngineChoice::kFused).engine().name == "fused");
    CHECK(Cascade(files, EngineChoice::kOpenCv).engine().name == "opencv");
    CHECK(!Cascade(files).engine().reason.empty());
  }

  TEST_CASE("weights that only OpenCV can run are run by OpenCV, with the reason told") {
    ModelFiles files = fixtures::MtcnnFiles();
    std::string& onnx = files.at("det3.onnx");
    const std::string type = "\x22\x05PRelu";  // a node's field op_type, five bytes long
    const size_t last = onnx.rfind(type);
    REQUIRE(last != std::string::npos);
    onnx.replace(last, type.size(),
                 "\x22\x05"
                 "Floor");
    Cascade cascade(files, EngineChoice::kAuto);
    CHECK(cascade.engine().name == "opencv");
    CHECK(cascade.engine().reason.find("the fused kernels cannot run the weights of O-Net") == 0);
    std::vector<Stage> stages;
    cascade.Find(Blobs(100, 100, 3), Options(), CancelFlag(), stages);
    CHECK(!stages.empty());
    CHECK(fixtures::CodeOf([&] { Cascade(files, EngineChoice::kFused); }) == "MODEL_INVALID");
  }
}
