#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "error.h"

namespace faces {

/// Runs what uses OpenCV's dnn module. What that refuses is the weights' fault and becomes Error{kModelInvalid}, "the
/// weights of `name`" with `failure` (such as " cannot be read"); but a lack of memory (cv::Error::StsNoMem) passes as
/// it is.
template <typename Call>
void TryDnn(const std::string& name, const std::string& failure, Call call) {
  try {
    call();
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw;
    throw Error(ErrorCode::kModelInvalid, "the weights of " + name + failure);
  }
}

}  // namespace faces
