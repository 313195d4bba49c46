#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "models/layer_weights.h"

namespace faces::mtcnn {

/// One of the three networks, run by OpenCV's dnn module on the calling thread. Not thread-safe.
/// The networks were trained on column-major images (Matlab), so their input is the transposed image: a blob is batch x
/// 3 x columns x rows, and output maps are columns x rows as well. The values inside (regression, landmarks) need no
/// swap: they are x before y of the upright image.
class OpenCvNet {
 public:
  /// `window`: side of the input that gives one answer. `output_channels`: identifies the outputs by their number of
  /// channels, in the order in which Forward returns them; the numbers are unique within a network, while names differ
  /// between OpenCV's versions. Throws Error{kModelInvalid} if `onnx`, the bytes of an ONNX file, cannot be read, or
  /// does not give these outputs for a test window.
  OpenCvNet(const std::string& onnx, int window, std::vector<int> output_channels, const std::string& name);
  ~OpenCvNet();
  OpenCvNet(OpenCvNet&&) noexcept;
  OpenCvNet& operator=(OpenCvNet&&) noexcept;

  /// `blob`: CV_32F, batch (at least 1) x 3 x columns x rows. The outputs are CV_32F, batch x channels x map.width
  /// (columns of windows) x map.height, or batch x channels for a single window; valid until the next call. Throws
  /// Error{kModelInvalid} if they have another shape or OpenCV cannot run the layers; cv::Exception passes through if
  /// memory runs out (cv::Error::StsNoMem).
  std::vector<cv::Mat> Forward(const cv::Mat& blob, const cv::Size& map = {1, 1});

  /// The imported layers, in order.
  const std::vector<LayerWeights>& weights() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A new CV_32F blob of batch x 3 x columns x rows.
cv::Mat MakeBlob(int batch, int columns, int rows);

}  // namespace faces::mtcnn
