#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "models/model.h"
#include "render/render_options.h"
#include "types.h"

namespace faces {

struct DecodedImage;

/// The core's only entry point: bytes or pixels in, faces out. Thread-safe; each running call has its own model,
/// created when first needed and kept for later calls.
class Detector {
 public:
  /// Loads one model immediately, so that bad weights are reported here. `threads` (at least 1) share the work on each
  /// image; all but the caller's belong to the model. Throws Error{kModelInvalid, kInvalidOption, kOutOfMemory}.
  Detector(std::string model, ModelFiles files, EngineChoice choice = EngineChoice::kAuto, int threads = 1);

  /// The engine, chosen once when the model was loaded.
  const EngineInUse& engine() const { return engine_; }

  /// Throws Error; std::bad_alloc and cv::Exception pass through (see TranslateException).
  Detection Detect(Bytes encoded, const Options& options, const CancelFlag& cancel);
  Detection Detect(const RawImage& raw, const Options& options, const CancelFlag& cancel);

  /// Finds the same faces and makes pictures of the whole image with them: upright, with its alpha, without its
  /// metadata and colour profile. By Options::find_orientation they are turned; RedactOptions' boxes, as the faces, are
  /// in pixels of the displayed image all the same. An image that was reduced for the search (Options::fast_decode) is
  /// decoded again, unless there is nothing to cut out of it; borrowed pixels are copied. Throws like Detect and
  /// render::Render.
  Rendered Render(Bytes encoded, const Options& options, const RenderOptions& render, const CancelFlag& cancel);
  Rendered Render(const RawImage& raw, const Options& options, const RenderOptions& render, const CancelFlag& cancel);

 private:
  Detection DetectIn(DecodedImage image, Stage decode, const Options& options, const CancelFlag& cancel);
  /// Turns the image upright by Options::find_orientation, and appends the stage "orientation". Answers the turn.
  std::optional<int> TurnUpright(DecodedImage& image, const Options& options, const CancelFlag& cancel,
                                 std::vector<Stage>& stages);
  /// The selected faces, in pixels of the image as it is given, not clipped.
  Detection Run(DecodedImage decoded, std::vector<Stage> stages, const Options& options, const CancelFlag& cancel);
  Rendered RunAndRender(const DecodedImage& image, Stage decode, const Options& options, const RenderOptions& render,
                        const CancelFlag& cancel, const std::function<cv::Mat()>& take_picture);
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages);
  std::unique_ptr<Model> TakeModel();
  void ReturnModel(std::unique_ptr<Model> model);

  const std::string model_;
  const ModelFiles files_;
  EngineChoice choice_;
  const int threads_;
  EngineInUse engine_;
  double smallest_face_ = 0;  // Model::smallest_face
  std::mutex mutex_;
  std::vector<std::unique_ptr<Model>> idle_;
};

/// Converts the exception being handled into an Error: an Error is returned as it is, lack of memory becomes
/// kOutOfMemory, anything else kInternal. Call it only inside a catch block.
Error TranslateException();

}  // namespace faces
