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

/// How many candidates each step hands to the next; of more, the best are kept, so that no thresholds and no scale
/// factor make a search cost more than a stated time. By the densest photograph of the tests (1600x898; 5656 proposals,
/// 1320 candidates after R-Net, 332 faces), 50 megapixels as dense as that have some 200,000, 46,000 and 11,600.
struct StageLimits {
  size_t windows = kMaxCandidatesPerLevel;  ///< of all levels together, before their non-maximum suppression
  size_t proposals = 200'000;               ///< that R-Net classifies: 4 s of processor time (AVX2, fused kernels)
  size_t refined = 50'000;                  ///< that O-Net classifies: 6 s
  size_t faces = kMaxFaces;
};

/// MTCNN (Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks,
/// 2016) with the arithmetic of deep_utils 0.8.8, whose answers it reproduces.
class Cascade : public Model {
 public:
  /// `threads` (at least 1) share the work on a picture, each with networks of its own; the answers do not depend on
  /// their number. Throws Error{kModelInvalid, kOutOfMemory}.
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
