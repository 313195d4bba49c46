#pragma once

#include <memory>
#include <vector>

#include "engine.h"
#include "models/model.h"

namespace faces::mtcnn {

/// The networks of all threads, one of each per thread.
struct ChosenEngines {
  std::vector<std::unique_ptr<ProposalEngine>> pnets;
  std::vector<std::unique_ptr<CropEngine>> rnets;
  std::vector<std::unique_ptr<CropEngine>> onets;
  EngineInUse in_use;
};

/// Creates the networks for `threads` threads (at least 1) from det1.onnx, det2.onnx and det3.onnx. Throws
/// Error{kModelInvalid}.
ChosenEngines ChooseEngines(const ModelFiles& files, EngineChoice choice, int threads);

}  // namespace faces::mtcnn
