#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "error.h"

namespace faces {

/// What a decoder gives: the pixels as stored, before the orientation is applied.
struct Decoded {
  cv::Mat pixels;  ///< CV_8UC3, BGR; CV_8UC4, BGRA with straight alpha, where it is there and kept
  /// JPEG only, whose missing parts come out gray or blurred; the other decoders throw instead.
  std::optional<Defect> defect{};
};

}  // namespace faces
