#include "read_params.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engine.h"
#include "models/dnn_net.h"

namespace faces::yunet {
namespace {

using kernels::DepthwiseParams;
using kernels::LayerParams;
using kernels::SeparableParams;

// Goes by shapes and order: names differ between OpenCV's versions.
class Reader {
 public:
  explicit Reader(std::vector<LayerWeights> layers) {
    for (LayerWeights& layer : layers) {
      if (layer.type == "Convolution") convolutions_.push_back(std::move(layer));
    }
  }

  LayerParams First(int outputs, int inputs) {
    LayerParams first{outputs, inputs, 3, {}, {}, {}};
    std::tie(first.weights, first.bias) = Next({outputs, inputs, 3, 3});
    // Rows before columns in the file, columns before rows in LayerParams.
    for (auto tap = first.weights.begin(); tap != first.weights.end(); tap += 9) {
      for (const auto& [a, b] : {std::pair{1, 3}, {2, 6}, {5, 7}}) std::iter_swap(tap + a, tap + b);
    }
    return first;
  }

  SeparableParams Layer(int outputs, int inputs, bool is_relu) {
    SeparableParams layer{{outputs, inputs, 1, {}, {}, {}}, {outputs, {}, {}, is_relu}};
    std::tie(layer.pointwise.weights, layer.pointwise.bias) = Next({outputs, inputs, 1, 1});
    std::tie(layer.depthwise.weights, layer.depthwise.bias) = Next({outputs, 1, 3, 3});
    return layer;
  }

  void End() const {
    if (next_ < convolutions_.size()) Refuse();
  }

 private:
  [[noreturn]] static void Refuse() {
    throw Error(ErrorCode::kModelInvalid, "the fused kernels cannot run the weights of YuNet: they have other layers");
  }

  // Weights and bias of the next convolution.
  std::pair<std::vector<float>, std::vector<float>> Next(const std::array<int, 4>& shape) {
    if (next_ == convolutions_.size() || convolutions_[next_].blobs.size() != 2) Refuse();
    const std::vector<cv::Mat>& blobs = convolutions_[next_++].blobs;
    const bool fits = blobs[0].dims == 4 && std::equal(shape.begin(), shape.end(), &blobs[0].size[0]) &&
                      blobs[1].total() == static_cast<size_t>(shape[0]);
    if (!fits) Refuse();
    return {Floats(blobs[0]), Floats(blobs[1])};
  }

  static std::vector<float> Floats(const cv::Mat& blob) {
    if (blob.type() != CV_32F || !blob.isContinuous()) Refuse();
    return {blob.ptr<float>(), blob.ptr<float>() + blob.total()};
  }

  std::vector<LayerWeights> convolutions_;
  size_t next_ = 0;
};

void Append(SeparableParams& all, const SeparableParams& one) {
  const auto append = [](std::vector<float>& to, const std::vector<float>& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  all.pointwise.outputs += one.pointwise.outputs;
  all.depthwise.channels += one.depthwise.channels;
  append(all.pointwise.weights, one.pointwise.weights);
  append(all.pointwise.bias, one.pointwise.bias);
  append(all.depthwise.weights, one.depthwise.weights);
  append(all.depthwise.bias, one.depthwise.bias);
}

// The file has the four outputs of a head one after the other, each at all three sizes: class, box, object, points. In
// a head's 16 channels both scores come first.
std::vector<SeparableParams> ReadHeads(Reader& reader) {
  constexpr std::array<int, 4> kOutputs{1, 4, 1, 10};
  std::array<std::vector<SeparableParams>, kOutputs.size()> read;
  for (size_t i = 0; i < kOutputs.size(); ++i) {
    for (size_t scale = 0; scale < kStrides.size(); ++scale) {
      read[i].push_back(reader.Layer(kOutputs[i], kChannels, false));
    }
  }
  std::vector<SeparableParams> heads;
  for (size_t scale = 0; scale < kStrides.size(); ++scale) {
    SeparableParams head = read[0][scale];
    for (const size_t i : {size_t{2}, size_t{1}, size_t{3}}) Append(head, read[i][scale]);
    heads.push_back(std::move(head));
  }
  return heads;
}

}  // namespace

Params ReadParams(const ModelFiles& files) {
  constexpr int kFew = 16;
  Reader reader(DnnNet(files, {}, "YuNet").Weights());
  Params params;
  params.first = reader.First(kFew, 3);
  for (size_t i = 0; i < kHeads; ++i) {
    const int outputs = i < kStemLayers + 2 ? kFew : kChannels;
    const int inputs = i < kStemLayers + 3 ? kFew : kChannels;
    params.layers.push_back(reader.Layer(outputs, inputs, true));
  }
  for (SeparableParams& head : ReadHeads(reader)) params.layers.push_back(std::move(head));
  reader.End();
  return params;
}

}  // namespace faces::yunet
