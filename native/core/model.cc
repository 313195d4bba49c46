#include "model.h"

#include "mtcnn/cascade.h"
#include "zoo/haar.h"
#include "zoo/retinaface.h"
#include "zoo/ssd.h"
#include "zoo/ultralight.h"
#include "zoo/yunet.h"

namespace faces {

std::unique_ptr<Model> MakeModel(const std::string& name, const ModelFiles& files, EngineChoice choice, int threads) {
  if (name == "mtcnn") return std::make_unique<mtcnn::Cascade>(files, choice, threads);
  if (name == "haar") return std::make_unique<zoo::Haar>(files);
  if (name == "yunet") return std::make_unique<zoo::YuNet>(files);
  if (name == "ultralight-rfb-320" || name == "ultralight-slim-320") {
    return std::make_unique<zoo::UltraLight>(files, cv::Size(320, 240));
  }
  if (name == "ultralight-rfb-640") return std::make_unique<zoo::UltraLight>(files, cv::Size(640, 480));
  if (name == "ssd") return std::make_unique<zoo::Ssd>(files);
  if (name == "retinaface") return std::make_unique<zoo::RetinaFace>(files);
  throw Error(ErrorCode::kInvalidOption, "there is no model called " + name);
}

}  // namespace faces
