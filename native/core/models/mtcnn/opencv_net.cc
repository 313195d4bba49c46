#include "opencv_net.h"

#include <algorithm>
#include <array>
#include <utility>

#include "error.h"
#include "models/read_layer_weights.h"
#include "models/try_dnn.h"

namespace faces::mtcnn {

struct OpenCvNet::Impl {
  cv::dnn::Net net;
  std::vector<cv::String> outputs;
  std::vector<int> output_channels;
  std::string name;
  std::vector<LayerWeights> weights;
};

namespace {

bool HasShape(const cv::Mat& output, const cv::Size& map, int batch, int channels) {
  if (output.type() != CV_32F || output.dims < 2 || output.size[0] != batch || output.size[1] != channels) return false;
  return output.dims == 4 ? output.size[2] == map.width && output.size[3] == map.height
                          : output.dims == 2 && map.area() == 1;
}

}  // namespace

OpenCvNet::OpenCvNet(const std::string& onnx, int window, std::vector<int> output_channels, const std::string& name)
    : impl_(std::make_unique<Impl>()) {
  impl_->output_channels = std::move(output_channels);
  impl_->name = name;
  TryDnn(name, " cannot be read", [&] {
    impl_->net = cv::dnn::readNetFromONNX(onnx.data(), onnx.size());
    impl_->weights = ReadLayerWeights(impl_->net);
    impl_->outputs = impl_->net.getUnconnectedOutLayersNames();
    impl_->net.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    impl_->net.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  });
  Forward(MakeBlob(1, window, window).setTo(0));
}

OpenCvNet::~OpenCvNet() = default;
OpenCvNet::OpenCvNet(OpenCvNet&&) noexcept = default;
OpenCvNet& OpenCvNet::operator=(OpenCvNet&&) noexcept = default;

const std::vector<LayerWeights>& OpenCvNet::weights() const { return impl_->weights; }

std::vector<cv::Mat> OpenCvNet::Forward(const cv::Mat& blob, const cv::Size& map) {
  std::vector<cv::Mat> found;
  TryDnn(impl_->name, " cannot be run", [&] {
    impl_->net.setInput(blob);
    impl_->net.forward(found, impl_->outputs);
  });
  std::vector<cv::Mat> ordered;
  for (const int channels : impl_->output_channels) {
    const auto output = std::find_if(found.begin(), found.end(),
                                     [&](const cv::Mat& mat) { return HasShape(mat, map, blob.size[0], channels); });
    if (output == found.end()) {
      throw Error(ErrorCode::kModelInvalid,
                  "the weights of " + impl_->name + " give no output of " + std::to_string(channels) + " channels");
    }
    ordered.push_back(*output);
  }
  return ordered;
}

cv::Mat MakeBlob(int batch, int columns, int rows) {
  const std::array<int, 4> sizes{batch, 3, columns, rows};
  return cv::Mat(4, sizes.data(), CV_32F);
}

}  // namespace faces::mtcnn
