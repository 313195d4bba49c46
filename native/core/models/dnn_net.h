#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "layer_weights.h"
#include "model.h"

namespace faces {

/// Input of a network: (value - mean) * scale, in the channel order of its training.
struct NetInput {
  cv::Scalar mean;  ///< in that order
  double scale = 1;
  bool is_rgb = false;
};

/// An output of a network, by its published name.
struct NetOutput {
  std::string name;
  int rows = 0;  ///< number of results; 0: any
  int columns = 0;
};

/// A network that takes a whole image, run by OpenCV's dnn module on the calling thread. Not thread-safe. A run cannot
/// be cancelled and keeps its memory for the next one: callers must bound the image's size.
class DnnNet {
 public:
  /// `files`: one .onnx, or a frozen TensorFlow graph as .pb and .pbtxt. Throws Error{kModelInvalid}.
  DnnNet(const ModelFiles& files, const NetInput& input, const std::string& name);
  ~DnnNet();
  DnnNet(DnnNet&&) noexcept;
  DnnNet& operator=(DnnNet&&) noexcept;

  /// `picture`: CV_8UC3, BGR, at least 1x1. Returns a matrix for each of `outputs`, CV_32F of rows x columns, valid
  /// until the next call. Throws Error{kModelInvalid} if they have another shape or OpenCV cannot run the layers;
  /// cv::Exception passes through if memory runs out (cv::Error::StsNoMem).
  std::vector<cv::Mat> Forward(const cv::Mat& picture, const std::vector<NetOutput>& outputs);

  /// The layers as imported, in their order. To be called before the first Forward, which may merge some.
  std::vector<LayerWeights> Weights();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace faces
