#pragma once

#include "../model.h"
#include "onet.h"
#include "pnet.h"
#include "rnet.h"

namespace faces::mtcnn {

/// MTCNN (Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks,
/// 2016) with the arithmetic of deep_utils 0.8.8, whose answers it reproduces.
class Cascade : public Model {
 public:
  /// Throws Error{kModelInvalid}.
  explicit Cascade(const ModelFiles& files, EngineChoice choice = EngineChoice::kAuto);

  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

  EngineInUse engine() const override { return engine_; }

 private:
  struct Chosen {
    Engines engines;
    EngineInUse in_use;
  };
  static Chosen Choose(const ModelFiles& files, EngineChoice choice);

  std::vector<Candidate> RunPNet(const cv::Mat& image, const Options& options, const CancelFlag& cancel);
  std::vector<Candidate> RunRNet(const cv::Mat& image, const std::vector<Candidate>& proposals, const Options& options,
                                 const CancelFlag& cancel);
  std::vector<Face> RunONet(const cv::Mat& image, const std::vector<Candidate>& refined, const Options& options,
                            const CancelFlag& cancel);

  explicit Cascade(Chosen chosen);

  EngineInUse engine_;
  PNet pnet_;
  RNet rnet_;
  ONet onet_;
};

}  // namespace faces::mtcnn
