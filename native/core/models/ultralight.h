#pragma once

#include <opencv2/core.hpp>

#include "dnn_net.h"
#include "model.h"

namespace faces {

/// Ultra-Light-Fast-Generic-Face-Detector-1MB (Linzaer, 2019): version RFB or slim, without landmarks.
class UltraLight final : public Model {
 public:
  /// `files` holds the .onnx; `input` is the size that it was exported for, in pixels: 320x240 or 640x480.
  /// Throws Error{kModelInvalid}.
  UltraLight(const ModelFiles& files, const cv::Size& input);

  /// One run on the whole image, stretched to the input's size as in training; `min_face_size` only filters out smaller
  /// faces.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  cv::Size input_;
  int positions_;
  DnnNet net_;
};

}  // namespace faces
