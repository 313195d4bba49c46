#include "model.h"

#include "mtcnn/cascade.h"
#include "zoo/haar.h"

namespace faces {

std::unique_ptr<Model> MakeModel(const std::string& name, const ModelFiles& files, EngineChoice choice, int threads) {
  if (name == "mtcnn") return std::make_unique<mtcnn::Cascade>(files, choice, threads);
  if (name == "haar") return std::make_unique<zoo::Haar>(files);
  throw Error(ErrorCode::kInvalidOption, "there is no model called " + name);
}

}  // namespace faces
