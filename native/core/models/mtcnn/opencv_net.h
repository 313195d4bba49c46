#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace faces::mtcnn {

/// The numbers of one layer as OpenCV's importer gives them; `blobs` share its memory.
struct LayerWeights {
  std::string type;  ///< "Convolution", "InnerProduct", "PReLU" and so on
  std::vector<cv::Mat> blobs;
};

/// One of the three networks, run by OpenCV's dnn module on the calling thread. Not for use by two threads at once.
///
/// The networks were trained on column-major images (Matlab), so their input is the transposed picture: a blob is
/// batch x 3 x columns x rows, and output maps are columns x rows as well. Numbers inside (regression, landmarks) need
/// no swap: they come as x before y of the upright picture.
class OpenCvNet {
 public:
  /// `window`: side of the input that gives one answer. `output_channels`: the outputs by their number of channels, in
  /// the order in which Forward is to give them. Every output of a network has a number of its own, and names differ
  /// between OpenCV's versions. Throws Error{kModelInvalid} where `onnx`, the bytes of an ONNX file, cannot be read, or
  /// does not give these outputs for a trial window.
  OpenCvNet(const std::string& onnx, int window, std::vector<int> output_channels, const std::string& name);
  ~OpenCvNet();
  OpenCvNet(OpenCvNet&&) noexcept;
  OpenCvNet& operator=(OpenCvNet&&) noexcept;

  /// `blob`: CV_32F, batch (at least 1) x 3 x columns x rows. The answers are CV_32F, batch x channels x map.width
  /// (columns of windows) x map.height; batch x channels will do for a single window. They stay valid until the next
  /// call. Throws Error{kModelInvalid} where they have another shape or OpenCV cannot run the layers; lets its lack of
  /// memory (cv::Error::StsNoMem) through.
  std::vector<cv::Mat> Forward(const cv::Mat& blob, const cv::Size& map = {1, 1});

  /// The layers as imported, in their order.
  const std::vector<LayerWeights>& weights() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A new CV_32F blob of batch x 3 x columns x rows.
cv::Mat MakeBlob(int batch, int columns, int rows);

}  // namespace faces::mtcnn
