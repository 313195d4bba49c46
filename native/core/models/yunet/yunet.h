#pragma once

#include "engine.h"
#include "models/choose_engine.h"
#include "models/model.h"

namespace faces::yunet {

/// YuNet (Wu, Peng and Yu, 2023), with landmarks: the form published as yunet_n_640_640.onnx, whose outputs are decoded
/// here, as OpenCV's own FaceDetectorYN of 4.6 knows an older form only.
class YuNet final : public Model {
 public:
  /// `files` holds the .onnx. `threads` (at least 1) share the work on a picture, OpenCV's network excepted; the
  /// answers do not depend on their number. Throws Error{kModelInvalid, kOutOfMemory}.
  explicit YuNet(const ModelFiles& files, EngineChoice choice = EngineChoice::kAuto, int threads = 1);

  /// The network sees the picture at the sizes that Levels says. A checkpoint before each, and on the fused engine at
  /// least every 10 ms.
  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

  EngineInUse engine() const override { return chosen_.in_use; }

 private:
  std::vector<Face> FindOn(Level& level, const cv::Size& image, const Options& options, const CancelFlag& cancel);

  ChosenEngine<std::unique_ptr<Engine>> chosen_;
  ThreadPool pool_;
  std::vector<Place> places_;
};

}  // namespace faces::yunet
