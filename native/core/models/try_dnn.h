#pragma once

#include <opencv2/core.hpp>
#include <string>

#include "error.h"

namespace faces {

/// Runs code that uses OpenCV's dnn module. If OpenCV throws, the weights are at fault: it becomes
/// Error{kModelInvalid}, "the weights of `name`" and `failure` (such as " cannot be read"); only lack of memory
/// (cv::Error::StsNoMem) passes through.
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
