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

/// The core's one door: bytes or pixels in, faces out. May be used by any number of threads at once; each running call
/// has a model of its own, made when first needed and kept for the next call.
class Detector {
 public:
  /// Loads one model at once, so that bad weights show here. `threads` (at least 1) share the work on each picture; all
  /// but the caller's belong to the model. Throws Error{kModelInvalid, kInvalidOption, kOutOfMemory}.
  Detector(std::string model, ModelFiles files, EngineChoice choice = EngineChoice::kAuto, int threads = 1);

  /// What runs the model, chosen once when it was loaded.
  const EngineInUse& engine() const { return engine_; }

  /// Throws Error; lets std::bad_alloc and cv::Exception through (see TranslateException).
  Detection Detect(Bytes encoded, const Options& options, const CancelFlag& cancel);
  Detection Detect(const RawImage& raw, const Options& options, const CancelFlag& cancel);

  /// Finds the same faces and makes pictures of the whole image with them, upright, with its alpha, without its
  /// metadata (its colour profile neither). An image that was reduced for the search (Options::fast_decode) is decoded
  /// again, unless there is nothing to cut out of it; borrowed pixels are copied. Throws as Detect, and as
  /// render::Render.
  Rendered Render(Bytes encoded, const Options& options, const RenderOptions& render, const CancelFlag& cancel);
  Rendered Render(const RawImage& raw, const Options& options, const RenderOptions& render, const CancelFlag& cancel);

 private:
  /// The faces in the pixels of the image as displayed, selected, not clipped.
  Detection Run(DecodedImage decoded, Stage decode, const Options& options, const CancelFlag& cancel);
  Rendered RunAndRender(const DecodedImage& image, Stage decode, const Options& options, const RenderOptions& render,
                        const CancelFlag& cancel, const std::function<cv::Mat()>& take_picture);
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages);
  std::unique_ptr<Model> TakeModel();
  void GiveBack(std::unique_ptr<Model> model);

  const std::string model_;
  const ModelFiles files_;
  EngineChoice choice_;
  const int threads_;
  EngineInUse engine_;
  double smallest_face_ = 0;  // Model::smallest_face
  std::mutex mutex_;
  std::vector<std::unique_ptr<Model>> idle_;
};

/// The Error that stands for the exception being handled: an Error as it is, lack of memory as kOutOfMemory, all else
/// as kInternal. Call it inside a catch block only.
Error TranslateException();

}  // namespace faces
