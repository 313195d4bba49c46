#include "choose_engines.h"

#include <string>
#include <utility>

#include "models/choose_engine.h"

namespace faces::mtcnn {
namespace {

const std::string& Take(const ModelFiles& files, const char* name) {
  const auto file = files.find(name);
  if (file == files.end()) {
    throw Error(ErrorCode::kModelInvalid, "the weights " + std::string(name) + " are missing");
  }
  return file->second;
}

struct MtcnnFiles {
  explicit MtcnnFiles(const ModelFiles& files)
      : pnet(Take(files, "det1.onnx")), rnet(Take(files, "det2.onnx")), onet(Take(files, "det3.onnx")) {}

  Engines OpenCv() const {
    return {MakeOpenCvProposals(pnet), MakeOpenCvCrops(CropNet::kRNet, rnet), MakeOpenCvCrops(CropNet::kONet, onet)};
  }
  Engines Fused() const {
    return {MakeFusedProposals(pnet), MakeFusedCrops(CropNet::kRNet, rnet), MakeFusedCrops(CropNet::kONet, onet)};
  }

  const std::string& pnet;
  const std::string& rnet;
  const std::string& onet;
};

}  // namespace

ChosenEngines ChooseEngines(const ModelFiles& model_files, EngineChoice choice, int threads) {
  const MtcnnFiles files(model_files);
  ChosenEngine<Engines> first = ChooseEngine(
      choice, [&] { return files.Fused(); }, [&] { return files.OpenCv(); }, Difference);
  ChosenEngines all;
  all.in_use = std::move(first.in_use);
  const auto add = [&](Engines engines) {
    all.pnets.push_back(std::move(engines.pnet));
    all.rnets.push_back(std::move(engines.rnet));
    all.onets.push_back(std::move(engines.onet));
  };
  add(std::move(first.engine));
  for (int i = 1; i < threads; ++i) add(all.in_use.name == "fused" ? files.Fused() : files.OpenCv());
  return all;
}

}  // namespace faces::mtcnn
