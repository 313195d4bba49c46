#include <utility>

#include "engine.h"

namespace faces::yunet {

ChosenEngine ChooseEngine(const ModelFiles& files, EngineChoice choice) {
  if (choice == EngineChoice::kFused) return {MakeFusedEngine(files), {"fused", "asked for"}};
  std::unique_ptr<Engine> reference = MakeOpenCvEngine(files);
  if (choice == EngineChoice::kOpenCv) return {std::move(reference), {"opencv", "asked for"}};
  try {
    std::unique_ptr<Engine> fused = MakeFusedEngine(files);
    const std::string difference = Difference(*fused, *reference);
    if (difference.empty()) return {std::move(fused), {"fused", "its answers equal OpenCV's on a trial input"}};
    return {std::move(reference), {"opencv", "the fused kernels failed their trial: " + difference}};
  } catch (const Error& error) {
    return {std::move(reference), {"opencv", error.what()}};
  }
}

}  // namespace faces::yunet
