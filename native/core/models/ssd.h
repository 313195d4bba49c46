#pragma once

#include "dnn_net.h"
#include "model.h"

namespace faces {

/// OpenCV's face detector of 2018, a single-shot detector on ResNet-10 with weights of 8 bits, without landmarks.
class Ssd final : public Model {
 public:
  /// `files` holds opencv_face_detector_uint8.pb and its .pbtxt. Throws Error{kModelInvalid}.
  explicit Ssd(const ModelFiles& files);

  /// One run on the whole picture, stretched to 300x300; `min_face_size` only leaves smaller faces out. Of a face that
  /// fills the picture the network gives other places as well, as sure and up to twice the picture's side away
  /// (opencv issue 14841): a box whose centre is outside of the picture is left out.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  DnnNet net_;
};

}  // namespace faces
