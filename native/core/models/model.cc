#include "model.h"

#include "haar.h"
#include "models/mtcnn/cascade.h"
#include "models/yunet/yunet.h"
#include "retinaface.h"
#include "ssd.h"
#include "ultralight.h"

namespace faces {

std::unique_ptr<Model> MakeModel(const std::string& name, const ModelFiles& files, EngineChoice choice, int threads) {
  if (name == "mtcnn") return std::make_unique<mtcnn::Cascade>(files, choice, threads);
  if (name == "haar") return std::make_unique<Haar>(files);
  if (name == "yunet") return std::make_unique<yunet::YuNet>(files, choice, threads);
  if (name == "ultralight-rfb-320" || name == "ultralight-slim-320") {
    return std::make_unique<UltraLight>(files, cv::Size(320, 240));
  }
  if (name == "ultralight-rfb-640") return std::make_unique<UltraLight>(files, cv::Size(640, 480));
  if (name == "ssd") return std::make_unique<Ssd>(files);
  if (name == "retinaface") return std::make_unique<RetinaFace>(files);
  throw Error(ErrorCode::kInvalidOption, "there is no model called " + name);
}

}  // namespace faces
