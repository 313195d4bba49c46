#pragma once

#include <map>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "error.h"
#include "types.h"

namespace faces {

/// A way to find faces on a decoded picture. Not for use by two threads at once; Detector keeps one per running job.
class Model {
 public:
  virtual ~Model() = default;

  /// Faces on `image` (CV_8UC3, BGR, at least 1x1), surest first, boxes not clipped; appends a Stage for each step to
  /// `stages`. Of the options, only sizes, thresholds and the scale factor concern a model. Throws Error.
  virtual std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                 std::vector<Stage>& stages) = 0;
};

/// Published weights by file name, in memory.
using ModelFiles = std::map<std::string, std::string>;

/// `name`: "mtcnn" (det1, det2 and det3, each as .prototxt and .caffemodel or as .onnx) or "haar" (one cascade, .xml).
/// Throws Error{kModelInvalid} where a file is missing or unreadable.
std::unique_ptr<Model> MakeModel(const std::string& name, const ModelFiles& files);

}  // namespace faces
