#include "cascade.h"

#include "detection/keep_best.h"
#include "detection/nms.h"
#include "stopwatch.h"

namespace faces::mtcnn {
namespace {

// Non-maximum suppression thresholds of the reference: one for each pyramid level; one for all levels, R-Net and O-Net.
constexpr double kLevelOverlap = 0.5;
constexpr double kStageOverlap = 0.7;

// Groups levels, in order, that the threads process at the same time: a small level alone would leave threads idle. A
// group has at most as many windows as one level may have candidates.
std::vector<std::vector<Level>> GroupLevels(const std::vector<Level>& levels) {
  std::vector<std::vector<Level>> groups;
  double sum = 0;
  for (const Level& level : levels) {
    const double windows = static_cast<double>(WindowCount(level.width)) * WindowCount(level.height);
    sum += windows;
    if (groups.empty() || sum > static_cast<double>(kMaxCandidatesPerLevel)) {
      groups.emplace_back();
      sum = windows;
    }
    groups.back().push_back(level);
  }
  return groups;
}

// Applies the regression, then makes the square with integer corners that the next network crops.
std::vector<Candidate> ToCropBoxes(std::vector<Candidate> candidates) {
  for (Candidate& candidate : candidates) {
    candidate.box = Round(Square(Regress(candidate.box, candidate.regression)));
  }
  return candidates;
}

}  // namespace

Cascade::Cascade(const ModelFiles& files, EngineChoice choice, int threads, const StageLimits& limits)
    : Cascade(ChooseEngines(files, choice, threads), limits) {}

Cascade::Cascade(ChosenEngines chosen, const StageLimits& limits)
    : limits_(limits),
      engine_(std::move(chosen.in_use)),
      pool_(chosen.pnets.size()),
      pnet_(std::move(chosen.pnets)),
      rnet_(std::move(chosen.rnets)),
      onet_(std::move(chosen.onets)) {}

std::vector<Face> Cascade::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                std::vector<Stage>& stages) {
  Stopwatch watch;
  const std::vector<Candidate> proposals = RunPNet(image, options, cancel);
  stages.push_back({"pnet", watch.Lap(), proposals.size()});
  const std::vector<Candidate> refined = RunRNet(image, proposals, options, cancel);
  stages.push_back({"rnet", watch.Lap(), refined.size()});
  std::vector<Face> faces = RunONet(image, refined, options, cancel);
  stages.push_back({"onet", watch.Lap(), faces.size()});
  return faces;
}

std::vector<Candidate> Cascade::RunPNet(const cv::Mat& image, const Options& options, const CancelFlag& cancel) {
  std::vector<Candidate> all;
  const auto levels = ImagePyramid(image.cols, image.rows, options.min_face_size, options.scale_factor);
  for (const std::vector<Level>& group : GroupLevels(levels)) {
    const auto found = pnet_.Propose(image, group, options.pnet_threshold, pool_, cancel);
    std::vector<std::vector<size_t>> taken(group.size());
    pool_.ForEach(group.size(), [&](size_t, size_t i) {
      taken[i] = NonMaximumSuppression(found[i], kLevelOverlap, OverlapOver::kUnion, cancel);
    });
    for (size_t i = 0; i < group.size(); ++i) {
      for (const size_t index : taken[i]) all.push_back(found[i][index]);
    }
    if (all.size() > 2 * limits_.windows) KeepBest(all, limits_.windows);
  }
  KeepBest(all, limits_.windows);
  return ToCropBoxes(
      Pick(all, NonMaximumSuppression(all, kStageOverlap, OverlapOver::kUnion, cancel, limits_.proposals)));
}

std::vector<Candidate> Cascade::RunRNet(const cv::Mat& image, const std::vector<Candidate>& proposals,
                                        const Options& options, const CancelFlag& cancel) {
  const std::vector<Candidate> found = rnet_.Refine(image, proposals, options.rnet_threshold, pool_, cancel);
  return ToCropBoxes(
      Pick(found, NonMaximumSuppression(found, kStageOverlap, OverlapOver::kUnion, cancel, limits_.refined)));
}

std::vector<Face> Cascade::RunONet(const cv::Mat& image, const std::vector<Candidate>& refined, const Options& options,
                                   const CancelFlag& cancel) {
  ONet::Answer found = onet_.Refine(image, refined, options.onet_threshold, pool_, cancel);
  for (Candidate& candidate : found.candidates) candidate.box = Regress(candidate.box, candidate.regression);
  std::vector<Face> faces;
  for (const size_t index :
       NonMaximumSuppression(found.candidates, kStageOverlap, OverlapOver::kSmaller, cancel, limits_.faces)) {
    const Candidate& face = found.candidates[index];
    faces.push_back({face.box, static_cast<float>(face.score), found.landmarks[index]});
  }
  return faces;
}

}  // namespace faces::mtcnn
