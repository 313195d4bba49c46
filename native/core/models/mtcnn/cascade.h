#pragma once

#include "choose_engines.h"
#include "level_candidates.h"
#include "models/model.h"
#include "onet.h"
#include "pnet.h"
#include "pyramid.h"
#include "rnet.h"
#include "thread_pool.h"

namespace faces::mtcnn {

/// Limits for the candidates that each step passes on. Beyond them the best are kept, so that thresholds and scale
/// factor cannot make a search exceed a known time. The densest test photograph (1600x898) has 5656 proposals, 1320
/// candidates after R-Net and 332 faces; at the same density, 50 megapixels have some 200,000, 46,000 and 11,600.
struct StageLimits {
  size_t windows = kMaxCandidatesPerLevel;  ///< on all levels together, before their non-maximum suppression
  size_t proposals = 200'000;               ///< for R-Net: 4 s of processor time (AVX2, fused kernels)
  size_t refined = 50'000;                  ///< for O-Net: 6 s
  size_t faces = kMaxFaces;
};

/// MTCNN (Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks,
/// 2016) with the arithmetic of deep_utils 0.8.8, whose answers it reproduces.
class Cascade : public Model {
 public:
  /// `threads` (at least 1) share the work on an image, each with its own networks; the answers do not depend on their
  /// number. Throws Error{kModelInvalid, kOutOfMemory}.
  explicit Cascade(const ModelFiles& files, EngineChoice choice = EngineChoice::kAuto, int threads = 1,
                   const StageLimits& limits = {});

  std::vector<Face> Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                         std::vector<Stage>& stages) override;

  EngineInUse engine() const override { return engine_; }
  double smallest_face() const override { return kPNetWindow; }

 private:
  std::vector<Candidate> RunPNet(const cv::Mat& image, const Options& options, const CancelFlag& cancel);
  std::vector<Candidate> RunRNet(const cv::Mat& image, const std::vector<Candidate>& proposals, const Options& options,
                                 const CancelFlag& cancel);
  std::vector<Face> RunONet(const cv::Mat& image, const std::vector<Candidate>& refined, const Options& options,
                            const CancelFlag& cancel);

  Cascade(ChosenEngines chosen, const StageLimits& limits);

  const StageLimits limits_;
  EngineInUse engine_;
  ThreadPool pool_;
  PNet pnet_;
  RNet rnet_;
  ONet onet_;
};

}  // namespace faces::mtcnn
