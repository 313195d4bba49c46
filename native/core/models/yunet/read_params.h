#pragma once

#include "models/model.h"
#include "weights.h"

namespace faces::yunet {

/// The published numbers, as OpenCV's importer reads them from the .onnx of `files`. Throws Error{kModelInvalid}, also
/// for weights of other layers than these.
Params ReadParams(const ModelFiles& files);

}  // namespace faces::yunet
