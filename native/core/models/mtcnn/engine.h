#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detection/box.h"
#include "models/model.h"
#include "opencv_net.h"

namespace faces::mtcnn {

/// A window that P-Net takes for a face, by its position on the map of windows, which are two pixels apart.
struct Proposal {
  int column;
  int row;
  float score;
  Regression regression;
};

/// Runs P-Net. Not thread-safe.
class ProposalEngine {
 public:
  virtual ~ProposalEngine() = default;
  /// Appends the windows with a score over `threshold`, in any order. `bgr`: `height` rows of `width` 8-bit pixels, at
  /// least one window each way. Throws Error.
  virtual void Propose(const uint8_t* bgr, int width, int height, float threshold, std::vector<Proposal>& found) = 0;
};

/// The networks that classify crops. An answer consists of the score, the four regression values and, for O-Net, the
/// ten landmark values: five x, then five y, relative to the box's sides.
enum class CropNet { kRNet, kONet };
constexpr int CropSide(CropNet net) { return net == CropNet::kRNet ? 24 : 48; }
constexpr int AnswerSize(CropNet net) { return net == CropNet::kRNet ? 5 : 15; }

/// Runs R-Net or O-Net. Not thread-safe.
class CropEngine {
 public:
  virtual ~CropEngine() = default;
  /// `bgr`: `count` (at least 1) consecutive crops, each CropSide x CropSide 8-bit pixels. Returns consecutive answers
  /// of AnswerSize floats, valid until the next call. Throws Error.
  virtual const float* Infer(const uint8_t* bgr, int count) = 0;
};

/// Engines that use OpenCV's dnn module. `onnx`: the bytes of the network's file. Throws Error{kModelInvalid}.
std::unique_ptr<ProposalEngine> MakeOpenCvProposals(const std::string& onnx);
std::unique_ptr<CropEngine> MakeOpenCvCrops(CropNet net, const std::string& onnx);

/// Engines that use the kernels of this folder and of kernels/; OpenCV's importer reads the weights. Throws
/// Error{kModelInvalid}, also for weights that OpenCV can run and these kernels cannot.
std::unique_ptr<ProposalEngine> MakeFusedProposals(const std::string& onnx);
std::unique_ptr<CropEngine> MakeFusedCrops(CropNet net, const std::string& onnx);

/// The three networks of one engine.
struct Engines {
  std::unique_ptr<ProposalEngine> pnet;
  std::unique_ptr<CropEngine> rnet;
  std::unique_ptr<CropEngine> onet;
};

/// Runs both on the same pseudo-random input, odd sizes included. Returns where scores or regressions differ by 1e-4 or
/// more, or are NaN; empty if they agree.
std::string Difference(const Engines& a, const Engines& b);

}  // namespace faces::mtcnn
