#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "model.h"

namespace faces {

/// How pixels become a network's input: (value - mean) * scale, in the order of channels that it was trained on.
struct NetInput {
  cv::Scalar mean;  ///< in that order
  double scale = 1;
  bool is_rgb = false;
};

/// One of a network's outputs by its published name.
struct NetOutput {
  std::string name;
  int rows = 0;  ///< answers; 0: as many as the network gives
  int columns = 0;
};

/// A network that looks at a whole picture at once, run by OpenCV's dnn module on the calling thread. Not for use by
/// two threads at once. A run cannot be cancelled and keeps its memory for the next: who calls bounds the picture's
/// size.
class DnnNet {
 public:
  /// `files`: one .onnx, or a frozen TensorFlow graph as .pb and .pbtxt. Throws Error{kModelInvalid}.
  DnnNet(const ModelFiles& files, const NetInput& input, const std::string& name);
  ~DnnNet();
  DnnNet(DnnNet&&) noexcept;
  DnnNet& operator=(DnnNet&&) noexcept;

  /// `picture`: CV_8UC3, BGR, at least 1x1. A matrix for each of `outputs`, CV_32F of rows x columns, valid until the
  /// next call. Throws Error{kModelInvalid} where they have another shape or OpenCV cannot run the layers; lets its
  /// lack of memory (cv::Error::StsNoMem) through.
  std::vector<cv::Mat> Forward(const cv::Mat& picture, const std::vector<NetOutput>& outputs);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faces
