#include "dnn_net.h"

#include "read_layer_weights.h"
#include "try_dnn.h"

namespace faces {

struct DnnNet::Impl {
  cv::dnn::Net net;
  NetInput input;
  std::string name;
};

namespace {

// The bytes of the file whose name ends with `ending`; empty if there is none, which OpenCV then rejects.
const std::string& FileOf(const ModelFiles& files, const std::string& ending) {
  static const std::string none;
  for (const auto& [name, bytes] : files) {
    if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0) {
      return bytes;
    }
  }
  return none;
}

cv::dnn::Net Read(const ModelFiles& files) {
  const std::string& graph = FileOf(files, ".pb");
  if (!graph.empty()) {
    const std::string& description = FileOf(files, ".pbtxt");
    return cv::dnn::readNetFromTensorflow(graph.data(), graph.size(), description.data(), description.size());
  }
  const std::string& onnx = FileOf(files, ".onnx");
  return cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
}

bool HasShape(const cv::Mat& answer, const NetOutput& output) {
  return answer.type() == CV_32F && answer.dims >= 2 && answer.isContinuous() &&
         answer.size[answer.dims - 1] == output.columns &&
         (output.rows == 0 || answer.total() == static_cast<size_t>(output.rows) * static_cast<size_t>(output.columns));
}

}  // namespace

DnnNet::DnnNet(const ModelFiles& files, const NetInput& input, const std::string& name)
    : impl_(std::make_unique<Impl>(Impl{{}, input, name})) {
  TryDnn(name, " cannot be read", [&] {
    impl_->net = Read(files);
    impl_->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    impl_->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  });
}

DnnNet::~DnnNet() = default;
DnnNet::DnnNet(DnnNet&&) noexcept = default;
DnnNet& DnnNet::operator=(DnnNet&&) noexcept = default;

std::vector<LayerWeights> DnnNet::Weights() { return ReadLayerWeights(impl_->net); }

std::vector<cv::Mat> DnnNet::Forward(const cv::Mat& picture, const std::vector<NetOutput>& outputs) {
  const NetInput& input = impl_->input;
  std::vector<cv::String> names;
  names.reserve(outputs.size());
  for (const NetOutput& output : outputs) names.push_back(output.name);
  std::vector<cv::Mat> answers;
  TryDnn(impl_->name, " cannot be run", [&] {
    impl_->net.setInput(cv::dnn::blobFromImage(picture, input.scale, {}, input.mean, input.is_rgb));
    impl_->net.forward(answers, names);
  });
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!HasShape(answers[i], outputs[i])) {
      throw Error(ErrorCode::kModelInvalid, "the weights of " + impl_->name + " give another output " + names[i]);
    }
    answers[i] = answers[i].reshape(1, static_cast<int>(answers[i].total()) / outputs[i].columns);
  }
  return answers;
}

}  // namespace faces
