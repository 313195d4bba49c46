#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "error.h"

namespace faces {

/// The result of a decoder: the pixels as stored, before the orientation is applied.
struct Decoded {
  cv::Mat pixels;  ///< CV_8UC3, BGR; or CV_8UC4, BGRA with straight alpha, if kept
  /// JPEG only: missing parts are gray or blurred. Other decoders throw instead.
  std::optional<Defect> defect{};
};

}  // namespace faces
