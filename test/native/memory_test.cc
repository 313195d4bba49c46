#include "counted_memory.h"
#include "fixtures.h"
#include "models/mtcnn/cascade.h"
#include "models/mtcnn/engine.h"

using namespace faces;
using namespace faces::mtcnn;

TEST_SUITE("weights" * doctest::skip(!memory::kIsCounted)) {
  TEST_CASE("the fused engine allocates nothing once it has met its largest tile and batch") {
    const ModelFiles files = fixtures::MtcnnFiles();
    const auto pnet = MakeFusedProposals(files.at("det1.onnx"));
    const auto rnet = MakeFusedCrops(CropNet::kRNet, files.at("det2.onnx"));
    const auto onet = MakeFusedCrops(CropNet::kONet, files.at("det3.onnx"));
    const cv::Mat picture = fixtures::Noise(256, 300);
    std::vector<Proposal> found;
    const auto run = [&](int width, int height, int crops) {
      found.clear();
      pnet->Propose(picture.data, width, height, 0, found);
      rnet->Infer(picture.data, crops);
      onet->Infer(picture.data, crops);
    };
    run(256, 256, 32);
    const size_t before = memory::Allocations();
    run(256, 256, 32);
    run(12, 12, 1);
    run(255, 13, 9);
    run(13, 256, 31);
    CHECK(memory::Allocations() == before);
    CHECK(before > 100);  // it does count
  }

  TEST_CASE("scratch stays under 32 MB on an image of 50 megapixels") {
    const ModelFiles files = fixtures::MtcnnFiles();
    const cv::Mat image(5774, 8660, CV_8UC3, cv::Scalar::all(90));
    const size_t before = memory::Live();
    Cascade cascade(files, EngineChoice::kFused);
    const auto rnet = MakeFusedCrops(CropNet::kRNet, files.at("det2.onnx"));  // what no face leaves unused
    const auto onet = MakeFusedCrops(CropNet::kONet, files.at("det3.onnx"));
    rnet->Infer(image.data, 32);
    onet->Infer(image.data, 32);
    memory::RestartPeak();
    std::vector<Stage> stages;
    cascade.Find(image, Options(), CancelFlag(), stages);
    const size_t used = memory::Peak() - before;
    CAPTURE(used);
    CHECK(used < 32U << 20);
    CHECK(used > 1U << 20);  // it does count
  }
}
