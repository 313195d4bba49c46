#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "models/model.h"
#include "models/yunet/stem.h"
#include "models/yunet/trunk.h"
#include "models/yunet/weights.h"

namespace bench {

struct Part {
  std::string name;
  double ms;
  double gflop;
};

/// YuNet's fused network in its two parts, each by itself: "stem", from pixels to an eighth of the sides, and "trunk",
/// all that follows, on a map that is already there.
class YuNetParts {
 public:
  /// `files` holds the .onnx. Throws Error{kModelInvalid}.
  explicit YuNetParts(const faces::ModelFiles& files);

  /// On the first level of a picture, `encoded`.
  std::vector<Part> Run(const std::string& encoded);

 private:
  const faces::yunet::Weights weights_;
  faces::yunet::Stem stem_;
  faces::yunet::Trunk trunk_;
  faces::kernels::RowRing eighth_;
  cv::Mat level_;
};

}  // namespace bench
