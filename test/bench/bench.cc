// The measuring half of tools/bench.mjs: one picture, searched by OpenCV's dnn module and by the fused kernels of each
// instruction set in turn, on one thread. What it prints, tools/bench.mjs reads: lines of a word and its values,
//
//   faces_bench MODEL ROUNDS WEIGHTS IMAGE [TARGET ...]
//
// MODEL: mtcnn or yunet, WEIGHTS: the folder of its files; TARGET: AVX3, AVX2, SSE4 ... or all; without one the best
//
//   opencv VERSION
//   image WIDTH HEIGHT FACES
//   peak TARGET GFLOP/s                 once a round for each instruction set of the machine
//   stage ENGINE STAGE MS GFLOP         once a round for each engine; ENGINE is opencv or the instruction set
//   part ENGINE PART MS GFLOP           of YuNet's network on the picture's first level, by itself
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "../native/force_target.h"
#include "detector.h"
#include "flops.h"
#include "models/mtcnn/pyramid.h"
#include "models/yunet/engine.h"
#include "models/yunet/levels.h"
#include "peak.h"
#include "yunet_parts.h"

namespace {

using faces::Detection;
using faces::Detector;

constexpr int kWarmUps = 3;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file.good()) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

faces::ModelFiles ReadWeights(const std::string& model, const std::string& folder) {
  const std::vector<const char*> names = model == "mtcnn"
                                             ? std::vector<const char*>{"det1.onnx", "det2.onnx", "det3.onnx"}
                                             : std::vector<const char*>{"yunet_n_640_640.onnx"};
  faces::ModelFiles files;
  for (const char* name : names) files[name] = ReadFile(folder + "/" + name);
  return files;
}

std::vector<int64_t> ChooseTargets(const std::vector<std::string>& names) {
  const std::vector<int64_t> runnable = fixtures::RunnableTargets();
  if (names.empty()) return {runnable.front()};
  if (names == std::vector<std::string>{"all"}) return runnable;
  std::vector<int64_t> targets;
  for (const std::string& name : names) {
    std::string known;
    for (const int64_t target : runnable) {
      known += std::string(" ") + hwy::TargetName(target);
      if (hwy::TargetName(target) == name) targets.push_back(target);
    }
    if (targets.empty() || hwy::TargetName(targets.back()) != name) {
      throw std::runtime_error("no instruction set " + name + ": this machine has" + known);
    }
  }
  return targets;
}

struct Contestant {
  std::string name;
  int64_t target;  // 0: Highway's choice
  std::unique_ptr<Detector> detector;
  std::unique_ptr<bench::YuNetParts> parts;  // of yunet's fused engine
};

// Kernels arrange their weights for the instruction set that is chosen when they are made.
std::vector<Contestant> MakeContestants(const std::string& model, const faces::ModelFiles& files,
                                        const std::vector<int64_t>& targets) {
  std::vector<Contestant> contestants;
  auto by_opencv = std::make_unique<Detector>(model, files, faces::EngineChoice::kOpenCv);
  contestants.push_back({"opencv", 0, std::move(by_opencv), nullptr});
  for (const int64_t target : targets) {
    fixtures::ForceTarget(target);
    auto detector = std::make_unique<Detector>(model, files, faces::EngineChoice::kFused);
    auto parts = model == "yunet" ? std::make_unique<bench::YuNetParts>(files) : nullptr;
    contestants.push_back({hwy::TargetName(target), target, std::move(detector), std::move(parts)});
  }
  return contestants;
}

// What the networks compute in a stage: P-Net and YuNet on every level, the others on what the stage before has left.
double GflopOf(const std::string& stage, const Detection& found, const faces::Options& options) {
  double flop = 0;
  if (stage == "pnet") {
    for (const auto& level :
         faces::mtcnn::ImagePyramid(found.width, found.height, options.min_face_size, options.scale_factor)) {
      flop += bench::PNetFlop(level);
    }
  }
  if (stage == "yunet") {
    for (const cv::Size& level : faces::yunet::Levels({found.width, found.height}, options.min_face_size)) {
      const double pixels = double(faces::yunet::PaddedSide(level.width)) * faces::yunet::PaddedSide(level.height);
      flop += bench::YuNetStemFlop(pixels) + bench::YuNetTrunkFlop(pixels);
    }
  }
  for (size_t i = 1; i < found.stages.size(); ++i) {
    if (found.stages[i].name != stage) continue;
    const auto crops = static_cast<double>(found.stages[i - 1].candidates);
    if (stage == "rnet") flop = crops * bench::kRNetFlop;
    if (stage == "onet") flop = crops * bench::kONetFlop;
  }
  return flop / 1e9;
}

// `score`: the model's threshold by default.
void Measure(std::vector<Contestant>& contestants, const std::string& image, float score, int rounds) {
  const faces::Bytes bytes{reinterpret_cast<const uint8_t*>(image.data()), image.size()};
  faces::Options options;
  options.onet_threshold = score;
  const faces::CancelFlag never;
  const std::vector<int64_t> runnable = fixtures::RunnableTargets();
  // All take turns, so that whatever else the machine does meets them alike.
  for (int round = -kWarmUps; round < rounds; ++round) {
    for (const int64_t target : runnable) {
      fixtures::ForceTarget(target);
      const double gflops = bench::PeakGflops();
      if (round >= 0) std::cout << "peak " << hwy::TargetName(target) << ' ' << gflops << '\n';
    }
    for (Contestant& contestant : contestants) {
      fixtures::ForceTarget(contestant.target);
      const Detection found = contestant.detector->Detect(bytes, options, never);
      if (round == 0 && contestant.name == "opencv") {
        std::cout << "image " << found.width << ' ' << found.height << ' ' << found.faces.size() << '\n';
      }
      for (const faces::Stage& stage : found.stages) {
        if (round < 0) continue;
        std::cout << "stage " << contestant.name << ' ' << stage.name << ' ' << stage.ms << ' '
                  << GflopOf(stage.name, found, options) << '\n';
      }
      if (!contestant.parts) continue;
      for (const bench::Part& part : contestant.parts->Run(image)) {
        if (round < 0) continue;
        std::cout << "part " << contestant.name << ' ' << part.name << ' ' << part.ms << ' ' << part.gflop << '\n';
      }
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  try {
    if (given.size() < 4 || (given[0] != "mtcnn" && given[0] != "yunet")) {
      throw std::runtime_error("faces_bench mtcnn|yunet ROUNDS WEIGHTS IMAGE [TARGET ...]");
    }
    const std::vector<int64_t> targets = ChooseTargets({given.begin() + 4, given.end()});
    std::cout << "opencv " << cv::getVersionString() << '\n';
    const std::string image = ReadFile(given[3]);
    std::vector<Contestant> contestants = MakeContestants(given[0], ReadWeights(given[0], given[2]), targets);
    fixtures::ForceTarget(0);
    Measure(contestants, image, given[0] == "mtcnn" ? 0.8F : 0.7F, std::stoi(given[1]));
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << '\n';
    return 1;
  }
}
