#include "cascade.h"

#include "../stopwatch.h"
#include "nms.h"

namespace faces::mtcnn {
namespace {

// Non-maximum suppression thresholds of the reference: one level of the pyramid; all levels, R-Net and O-Net.
constexpr double kLevelOverlap = 0.5;
constexpr double kStageOverlap = 0.7;

std::string Take(const ModelFiles& files, const std::string& name) {
  const auto file = files.find(name);
  return file == files.end() ? std::string() : file->second;
}

NetFiles FilesOf(const ModelFiles& files, const std::string& stem) {
  NetFiles net{Take(files, stem + ".prototxt"), Take(files, stem + ".caffemodel")};
  if (net.prototxt.empty() || net.weights.empty()) net = {"", Take(files, stem + ".onnx")};
  if (net.weights.empty()) throw Error(ErrorCode::kModelInvalid, "the weights " + stem + " are missing");
  return net;
}

// Regression, then the whole-numbered square that the next network crops.
std::vector<Candidate> ForCropping(std::vector<Candidate> candidates) {
  for (Candidate& candidate : candidates) {
    candidate.box = Round(Square(Regress(candidate.box, candidate.regression)));
  }
  return candidates;
}

}  // namespace

Cascade::Chosen Cascade::Choose(const ModelFiles& files, EngineChoice choice) {
  const NetFiles pnet = FilesOf(files, "det1");
  const NetFiles rnet = FilesOf(files, "det2");
  const NetFiles onet = FilesOf(files, "det3");
  const auto opencv = [&] {
    return Engines{MakeOpenCvProposals(pnet), MakeOpenCvCrops(CropNet::kRNet, rnet),
                   MakeOpenCvCrops(CropNet::kONet, onet)};
  };
  const auto fused = [&] {
    return Engines{MakeFusedProposals(pnet), MakeFusedCrops(CropNet::kRNet, rnet),
                   MakeFusedCrops(CropNet::kONet, onet)};
  };
  if (choice == EngineChoice::kFused) return {fused(), {"fused", "asked for"}};
  Engines reference = opencv();
  if (choice == EngineChoice::kOpenCv) return {std::move(reference), {"opencv", "asked for"}};
  try {
    Engines engines = fused();
    const std::string difference = Difference(engines, reference);
    if (difference.empty()) return {std::move(engines), {"fused", "its answers equal OpenCV's on a trial input"}};
    return {std::move(reference), {"opencv", "the fused kernels failed their trial: " + difference}};
  } catch (const Error& error) {
    return {std::move(reference), {"opencv", error.what()}};
  }
}

Cascade::Cascade(const ModelFiles& files, EngineChoice choice) : Cascade(Choose(files, choice)) {}

Cascade::Cascade(Chosen chosen)
    : engine_(std::move(chosen.in_use)),
      pnet_(std::move(chosen.engines.pnet)),
      rnet_(std::move(chosen.engines.rnet)),
      onet_(std::move(chosen.engines.onet)) {}

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
  for (const Level& level : ImagePyramid(image.cols, image.rows, options.min_face_size, options.scale_factor)) {
    const std::vector<Candidate> found = pnet_.Propose(image, level, options.pnet_threshold, cancel);
    const auto taken = NonMaximumSuppression(found, kLevelOverlap, OverlapOver::kUnion, cancel);
    for (const size_t index : taken) all.push_back(found[index]);
  }
  return ForCropping(Pick(all, NonMaximumSuppression(all, kStageOverlap, OverlapOver::kUnion, cancel)));
}

std::vector<Candidate> Cascade::RunRNet(const cv::Mat& image, const std::vector<Candidate>& proposals,
                                        const Options& options, const CancelFlag& cancel) {
  const std::vector<Candidate> found = rnet_.Refine(image, proposals, options.rnet_threshold, cancel);
  return ForCropping(Pick(found, NonMaximumSuppression(found, kStageOverlap, OverlapOver::kUnion, cancel)));
}

std::vector<Face> Cascade::RunONet(const cv::Mat& image, const std::vector<Candidate>& refined, const Options& options,
                                   const CancelFlag& cancel) {
  ONet::Answer found = onet_.Refine(image, refined, options.onet_threshold, cancel);
  for (Candidate& candidate : found.candidates) candidate.box = Regress(candidate.box, candidate.regression);
  std::vector<Face> faces;
  for (const size_t index : NonMaximumSuppression(found.candidates, kStageOverlap, OverlapOver::kSmaller, cancel)) {
    const Candidate& face = found.candidates[index];
    faces.push_back({face.box, static_cast<float>(face.score), found.landmarks[index]});
  }
  return faces;
}

}  // namespace faces::mtcnn
