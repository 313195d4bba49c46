#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detection/box.h"
#include "models/model.h"
#include "opencv_net.h"

namespace faces::mtcnn {

/// One window that P-Net takes for a face: its place on the map of windows, which are two pixels apart.
struct Proposal {
  int column;
  int row;
  float score;
  Regression regression;
};

/// Runs P-Net. Not for use by two threads at once.
class ProposalEngine {
 public:
  virtual ~ProposalEngine() = default;
  /// Appends the windows that score over `threshold` in any order. `bgr`: `height` rows of `width` 8-bit pixels, at
  /// least a window each way. Throws Error.
  virtual void Propose(const uint8_t* bgr, int width, int height, float threshold, std::vector<Proposal>& found) = 0;
};

/// The networks that classify crops. An answer is the score, the four numbers of the regression and, of O-Net, the ten
/// of the landmarks: five x, then five y, as shares of the box's sides.
enum class CropNet { kRNet, kONet };
constexpr int CropSide(CropNet net) { return net == CropNet::kRNet ? 24 : 48; }
constexpr int AnswerSize(CropNet net) { return net == CropNet::kRNet ? 5 : 15; }

/// Runs R-Net or O-Net. Not for use by two threads at once.
class CropEngine {
 public:
  virtual ~CropEngine() = default;
  /// `bgr`: `count` (at least 1) crops one after another, each CropSide rows of as many 8-bit pixels. The answers
  /// follow one another, AnswerSize floats each, and stay valid until the next call. Throws Error.
  virtual const float* Infer(const uint8_t* bgr, int count) = 0;
};

/// By OpenCV's dnn module. `onnx`: the bytes of the network's file. Throws Error{kModelInvalid}.
std::unique_ptr<ProposalEngine> MakeOpenCvProposals(const std::string& onnx);
std::unique_ptr<CropEngine> MakeOpenCvCrops(CropNet net, const std::string& onnx);

/// By the kernels of this folder and of kernels/, whose weights OpenCV's importer reads. Throws Error{kModelInvalid},
/// also for weights that OpenCV can run and these kernels cannot.
std::unique_ptr<ProposalEngine> MakeFusedProposals(const std::string& onnx);
std::unique_ptr<CropEngine> MakeFusedCrops(CropNet net, const std::string& onnx);

/// One engine's three networks.
struct Engines {
  std::unique_ptr<ProposalEngine> pnet;
  std::unique_ptr<CropEngine> rnet;
  std::unique_ptr<CropEngine> onet;
};

/// Runs both on the same pseudo-random input, odd sizes included. Says where scores or regressions differ by 1e-4 or
/// more, or are no numbers; empty where nothing does.
std::string Difference(const Engines& a, const Engines& b);

}  // namespace faces::mtcnn
