#pragma once

#include "dnn_net.h"
#include "model.h"

namespace faces {

/// RetinaFace (Deng et al., 2019) on MobileNet 0.25, with landmarks: biubug6's weights as ONNX, with a 640x640 input
/// and the outputs loc, conf and landms.
class RetinaFace final : public Model {
 public:
  /// `files` holds the .onnx. Throws Error{kModelInvalid}.
  explicit RetinaFace(const ModelFiles& files);

  /// One run on the whole image, scaled to a longer side of 640 pixels; `min_face_size` only filters out smaller faces.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

 private:
  DnnNet net_;
};

}  // namespace faces
