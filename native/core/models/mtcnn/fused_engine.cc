#include <algorithm>

#include "engine.h"
#include "fused_crop_net.h"
#include "fused_pnet.h"
#include "pyramid.h"

namespace faces::mtcnn {
namespace {

using kernels::LayerParams;

// Required shape of a layer.
struct Shape {
  int outputs;
  int inputs;
  int kernel;
};

// Reads layers by type, shape and order: names differ between OpenCV's versions.
class Reader {
 public:
  Reader(std::vector<LayerWeights> layers, std::string name) : name_(std::move(name)) {
    for (LayerWeights& layer : layers) {
      // A dense layer of an ONNX file is an InnerProduct in OpenCV 4.6, and a Gemm with the same blobs in 4.10.
      if (layer.type == "Convolution" || layer.type == "InnerProduct" || layer.type == "Gemm") {
        linear_.push_back(std::move(layer));
      } else if (layer.type == "PReLU") {
        prelu_.push_back(std::move(layer));
      } else if (!layer.blobs.empty()) {
        Refuse("a layer of type " + layer.type);
      }
    }
  }

  // The consecutive layers, each with its PReLU.
  std::vector<LayerParams> Trunk(const std::vector<Shape>& shapes) {
    if (prelu_.size() != shapes.size() || linear_.size() < shapes.size()) Refuse("another number of layers");
    std::vector<LayerParams> trunk;
    for (size_t i = 0; i < shapes.size(); ++i) {
      trunk.push_back(Params(linear_[i], shapes[i]));
      trunk.back().slopes = Floats(prelu_[i], 0, shapes[i].outputs);
    }
    linear_.erase(linear_.begin(), linear_.begin() + static_cast<std::ptrdiff_t>(shapes.size()));
    return trunk;
  }

  // The layers that read the last of the trunk, found by their number of outputs, merged into one layer.
  LayerParams Heads(const std::vector<int>& outputs, int inputs) {
    if (linear_.size() != outputs.size()) Refuse("another number of outputs");
    LayerParams heads{0, inputs, 1, {}, {}, {}};
    for (const int count : outputs) {
      const auto layer = std::find_if(linear_.begin(), linear_.end(), [&](const LayerWeights& candidate) {
        return candidate.blobs.size() == 2 && candidate.blobs[1].total() == static_cast<size_t>(count);
      });
      if (layer == linear_.end()) Refuse("no output of " + std::to_string(count) + " channels");
      const LayerParams head = Params(*layer, {count, inputs, 1});
      heads.outputs += count;
      heads.weights.insert(heads.weights.end(), head.weights.begin(), head.weights.end());
      heads.bias.insert(heads.bias.end(), head.bias.begin(), head.bias.end());
    }
    return heads;
  }

 private:
  [[noreturn]] void Refuse(const std::string& what) const {
    throw Error(ErrorCode::kModelInvalid, "the fused kernels cannot run the weights of " + name_ + ": " + what);
  }

  std::vector<float> Floats(const LayerWeights& layer, size_t blob, int count) const {
    const bool fits = blob < layer.blobs.size() && layer.blobs[blob].type() == CV_32F &&
                      layer.blobs[blob].isContinuous() && layer.blobs[blob].total() == static_cast<size_t>(count);
    if (!fits) Refuse("a layer of type " + layer.type + " has another shape");
    const auto* from = layer.blobs[blob].ptr<float>();
    return {from, from + count};
  }

  LayerParams Params(const LayerWeights& layer, const Shape& shape) const {
    const int count = shape.outputs * shape.inputs * shape.kernel * shape.kernel;
    LayerParams params{shape.outputs, shape.inputs, shape.kernel, Floats(layer, 0, count), {}, {}};
    const cv::Mat& weights = layer.blobs[0];
    const bool is_convolution = layer.type == "Convolution" && weights.dims == 4;
    if (weights.size[0] != shape.outputs || (is_convolution && weights.size[3] != shape.kernel)) {
      Refuse("a layer of type " + layer.type + " has another shape");
    }
    params.bias = Floats(layer, 1, shape.outputs);
    return params;
  }

  std::string name_;
  std::vector<LayerWeights> linear_;
  std::vector<LayerWeights> prelu_;
};

// The networks were trained on R, G, B; pixels here are B, G, R.
void SwapColours(LayerParams& first) {
  const auto taps = static_cast<std::ptrdiff_t>(first.kernel) * first.kernel;
  for (auto red = first.weights.begin(); red != first.weights.end(); red += 3 * taps) {
    std::swap_ranges(red, red + taps, red + 2 * taps);
  }
}

// Dense layers read their input as channel, column, row; maps here are row, column, channel.
void ReorderInputs(LayerParams& dense, int side) {
  const auto area = static_cast<size_t>(side) * static_cast<size_t>(side);
  const auto inputs = static_cast<size_t>(dense.inputs);
  const size_t channels = inputs / area;
  const std::vector<float> from = dense.weights;
  for (size_t i = 0; i < from.size(); ++i) {
    const size_t channel = i % inputs / area;
    const size_t column = i % area / static_cast<size_t>(side);
    const size_t row = i % static_cast<size_t>(side);
    dense.weights[i - i % inputs + (row * static_cast<size_t>(side) + column) * channels + channel] = from[i];
  }
}

class Proposals : public ProposalEngine {
 public:
  explicit Proposals(FusedPNet net) : net_(std::move(net)) {}

  void Propose(const uint8_t* bgr, int width, int height, float threshold, std::vector<Proposal>& found) override {
    net_.Run(bgr, width, height, threshold, [&](int column, int row, float score, const float* shift) {
      found.push_back({column, row, score, {shift[0], shift[1], shift[2], shift[3]}});
    });
  }

 private:
  FusedPNet net_;
};

class Crops : public CropEngine {
 public:
  explicit Crops(FusedCropNet net) : net_(std::move(net)) {}
  const float* Infer(const uint8_t* bgr, int count) override { return net_.Run(bgr, count); }

 private:
  FusedCropNet net_;
};

}  // namespace

std::unique_ptr<ProposalEngine> MakeFusedProposals(const std::string& onnx) {
  Reader reader(OpenCvNet(onnx, kPNetWindow, {2, 4}, "P-Net").weights(), "P-Net");
  std::vector<LayerParams> trunk = reader.Trunk({{10, 3, 3}, {16, 10, 3}, {32, 16, 3}});
  SwapColours(trunk[0]);
  return std::make_unique<Proposals>(FusedPNet(trunk, reader.Heads({2, 4}, 32)));
}

std::unique_ptr<CropEngine> MakeFusedCrops(CropNet net, const std::string& onnx) {
  constexpr int kLastSide = 3;  // of the map before the dense layer, in both networks
  const bool is_rnet = net == CropNet::kRNet;
  const std::vector<int> outputs = is_rnet ? std::vector<int>{2, 4} : std::vector<int>{2, 4, 10};
  const std::vector<int> pools = is_rnet ? std::vector<int>{3, 0} : std::vector<int>{3, 2, 0};
  const std::string name = is_rnet ? "R-Net" : "O-Net";
  Reader reader(OpenCvNet(onnx, CropSide(net), outputs, name).weights(), name);
  std::vector<LayerParams> trunk =
      reader.Trunk(is_rnet ? std::vector<Shape>{{28, 3, 3}, {48, 28, 3}, {64, 48, 2}, {128, 576, 1}}
                           : std::vector<Shape>{{32, 3, 3}, {64, 32, 3}, {64, 64, 3}, {128, 64, 2}, {256, 1152, 1}});
  SwapColours(trunk[0]);
  LayerParams dense = std::move(trunk.back());
  trunk.pop_back();
  ReorderInputs(dense, kLastSide);
  const LayerParams heads = reader.Heads(outputs, dense.outputs);
  return std::make_unique<Crops>(FusedCropNet(CropSide(net), trunk, pools, dense, heads));
}

}  // namespace faces::mtcnn
