#pragma once

#include "dnn_net.h"
#include "model.h"

namespace faces {

/// OpenCV's face detector of 2018, a single-shot detector on ResNet-10 with 8-bit weights, without landmarks.
class Ssd final : public Model {
 public:
  /// `files` holds opencv_face_detector_uint8.pb and its .pbtxt. Throws Error{kModelInvalid}.
  explicit Ssd(const ModelFiles& files);

  /// One run on the whole image, stretched to 300x300; `min_face_size` only filters out smaller faces. For a face that
  /// fills the image the network also reports other places with the same score, up to twice the image's side away
  /// (opencv issue 14841): boxes whose centre is outside the image are dropped.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  DnnNet net_;
};

}  // namespace faces
