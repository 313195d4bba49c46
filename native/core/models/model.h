#pragma once

#include <map>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "error.h"
#include "types.h"

namespace faces {

/// The engine for the networks of mtcnn and yunet: OpenCV's dnn module, kernels made for them, or (kAuto) those kernels
/// if a self-check finds that both give the same answers.
enum class EngineChoice { kAuto, kOpenCv, kFused };

struct EngineInUse {
  std::string name;    ///< "opencv" or "fused"
  std::string reason;  ///< why this engine
};

/// Finds faces on a decoded image. Not thread-safe; Detector keeps one per running job.
class Model {
 public:
  virtual ~Model() = default;

  /// Returns the faces on `image` (CV_8UC3, BGR, at least 1x1), most confident first, boxes not clipped; appends a
  /// Stage for each step to `stages`. Of the options, models use only sizes, thresholds and the scale factor. Throws
  /// Error.
  virtual std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                 std::vector<Stage>& stages) = 0;

  /// The smallest Options::min_face_size that Find accepts, in pixels of the searched image, which may have been
  /// shrunk: the smallest value of the option, unless the model's window determines another.
  virtual double smallest_face() const { return kMinFaceSize; }

  virtual EngineInUse engine() const { return {"opencv", "the model has no other"}; }
};

/// Published weights by file name, in memory.
using ModelFiles = std::map<std::string, std::string>;

/// `name`: "mtcnn" (det1.onnx, det2.onnx and det3.onnx), "haar" (one cascade, .xml), "yunet", "ultralight-rfb-320",
/// "ultralight-rfb-640", "ultralight-slim-320", "retinaface" (an .onnx each) or "ssd" (a .pb and its .pbtxt).
/// `choice` and `threads` (at least 1), which share the work on an image, apply to mtcnn and yunet. Throws
/// Error{kModelInvalid} if a file is missing or unreadable, or if kFused is chosen and the weights' layers do not match
/// its kernels, and Error{kOutOfMemory} if the system cannot create more threads.
std::unique_ptr<Model> MakeModel(const std::string& name, const ModelFiles& files,
                                 EngineChoice choice = EngineChoice::kAuto, int threads = 1);

}  // namespace faces
