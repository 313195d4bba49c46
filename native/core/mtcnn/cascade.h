#pragma once

#include "../model.h"
#include "../thread_pool.h"
#include "choose_engines.h"
#include "onet.h"
#include "pnet.h"
#include "rnet.h"

namespace faces::mtcnn {

/// MTCNN (Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks,
/// 2016) with the arithmetic of deep_utils 0.8.8, whose answers it reproduces.
class Cascade : public Model {
 public:
  /// `threads` (at least 1) share the work on a picture, each with networks of its own; the answers do not depend on
  /// their number. Throws Error{kModelInvalid, kOutOfMemory}.
  explicit Cascade(const ModelFiles& files, EngineChoice choice = EngineChoice::kAuto, int threads = 1);

  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

  EngineInUse engine() const override { return engine_; }

 private:
  std::vector<Candidate> RunPNet(const cv::Mat& image, const Options& options, const CancelFlag& cancel);
  std::vector<Candidate> RunRNet(const cv::Mat& image, const std::vector<Candidate>& proposals, const Options& options,
                                 const CancelFlag& cancel);
  std::vector<Face> RunONet(const cv::Mat& image, const std::vector<Candidate>& refined, const Options& options,
                            const CancelFlag& cancel);

  explicit Cascade(ChosenEngines chosen);

  EngineInUse engine_;
  ThreadPool pool_;
  PNet pnet_;
  RNet rnet_;
  ONet onet_;
};

}  // namespace faces::mtcnn
