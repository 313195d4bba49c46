#include "mtcnn/net.h"

#include "fixtures.h"

using namespace faces::mtcnn;
using fixtures::CodeOf;

namespace {

// Stands for a machine without memory: gives nothing over `most` bytes to new matrices.
class Scarce : public cv::MatAllocator {
 public:
  explicit Scarce(size_t most) : most_(most), usual_(cv::Mat::getDefaultAllocator()) {
    cv::Mat::setDefaultAllocator(this);
  }
  Scarce(const Scarce&) = delete;
  Scarce& operator=(const Scarce&) = delete;
  ~Scarce() override { cv::Mat::setDefaultAllocator(usual_); }

  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag flags,
                         cv::UMatUsageFlags usage) const override {
    auto bytes = static_cast<size_t>(CV_ELEM_SIZE(type));
    for (int i = 0; i < dims; ++i) bytes *= static_cast<size_t>(sizes[i]);
    if (bytes > most_) throw cv::Exception(cv::Error::StsNoMem, "none left", "", "", 0);
    return usual_->allocate(dims, sizes, type, data, step, flags, usage);
  }
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override {
    return usual_->allocate(data, flags, usage);
  }
  void deallocate(cv::UMatData* data) const override { usual_->deallocate(data); }

 private:
  const size_t most_;
  cv::MatAllocator* const usual_;
};

}  // namespace

TEST_CASE("files that are no network are refused by name") {
  CHECK(CodeOf([] { Net({"", "this is no network"}, 12, {2}, "P-Net"); }) == "MODEL_INVALID");
  CHECK(CodeOf([] { Net({"layer { oops", "nor is this"}, 12, {2}, "P-Net"); }) == "MODEL_INVALID");
  try {
    Net({"", "x"}, 12, {2}, "P-Net");
  } catch (const faces::Error& error) {
    CHECK(std::string(error.what()).find("P-Net") != std::string::npos);
  }
}

TEST_SUITE("weights") {
  // These loaded, and failed as INTERNAL at the first detection or gave numbers from beside the answers.
  TEST_CASE("an output that the network lacks, and the files of another network, are refused at once") {
    const auto files = fixtures::MtcnnFiles();
    const auto load = [&](const std::string& stem, int window, const std::vector<int>& channels) {
      return CodeOf([&] { Net({files.at(stem + ".prototxt"), files.at(stem + ".caffemodel")}, window, channels, ""); });
    };
    CHECK(load("det1", 12, {2, 4}) == "nothing was thrown");
    CHECK(load("det2", 24, {2, 4}) == "nothing was thrown");
    CHECK(load("det1", 12, {7}) == "MODEL_INVALID");
    CHECK(load("det2", 12, {2, 4}) == "MODEL_INVALID");
    CHECK(load("det1", 24, {2, 4}) == "MODEL_INVALID");
  }

  // It loaded, as a window of 12 gives the shape that it asks for, and the first image failed as INTERNAL.
  TEST_CASE("a network that can only be run on its window is invalid; a lack of memory is not") {
    const auto files = fixtures::MtcnnFiles();
    std::string reshaped = files.at("det1.prototxt");
    const std::string top = "top: \"conv4-2\"";
    reshaped.replace(reshaped.find(top), top.size(), "top: \"raw\"");
    reshaped +=
        "layer { name: \"reshape\" type: \"Reshape\" bottom: \"raw\" top: \"conv4-2\""
        " reshape_param { shape { dim: 1 dim: 4 dim: 1 dim: 1 } } }";
    Net net({reshaped, files.at("det1.caffemodel")}, 12, {2, 4}, "P-Net");
    CHECK(CodeOf([&] { net.Forward(MakeBlob(1, 30, 30).setTo(0), {10, 10}); }) == "MODEL_INVALID");

    Net whole({files.at("det1.prototxt"), files.at("det1.caffemodel")}, 12, {2, 4}, "P-Net");
    const cv::Mat blob = MakeBlob(1, 500, 500).setTo(0);
    const Scarce scarce(1'000'000);
    try {
      whole.Forward(blob, {245, 245});
      FAIL("there was memory");
    } catch (const cv::Exception& error) {
      CHECK(error.code == cv::Error::StsNoMem);
    }
  }

  TEST_CASE("weights cut short are refused") {
    const auto files = fixtures::MtcnnFiles();
    const std::string weights = files.at("det1.caffemodel");
    CHECK(CodeOf([&] {
            Net({files.at("det1.prototxt"), weights.substr(0, weights.size() / 2)}, 12, {2, 4}, "P-Net");
          }) == "MODEL_INVALID");
  }

  TEST_CASE("Caffe and ONNX give the same maps, pools rounding up, on odd and even sizes") {
    const auto caffe = fixtures::MtcnnFiles();
    const auto onnx = fixtures::MtcnnFiles(fixtures::Form::kOnnx);
    Net a({caffe.at("det1.prototxt"), caffe.at("det1.caffemodel")}, 12, {2, 4}, "P-Net");
    Net b({"", onnx.at("det1.onnx")}, 12, {2, 4}, "P-Net");
    for (const auto& size : {std::pair{12, 12}, {13, 12}, {25, 49}, {127, 333}, {64, 30}}) {
      CAPTURE(size.first);
      const auto& [columns, rows] = size;
      cv::Mat blob = MakeBlob(1, columns, rows);
      fixtures::Random random(1);
      for (size_t i = 0; i < blob.total(); ++i) blob.ptr<float>()[i] = static_cast<float>(random.Uniform(-1, 1));
      const cv::Size windows((columns - 1) / 2 - 4, (rows - 1) / 2 - 4);
      const auto maps_a = a.Forward(blob, windows);
      const auto maps_b = b.Forward(blob, windows);
      for (size_t i = 0; i < 2; ++i) {
        REQUIRE(maps_a[i].total() == maps_b[i].total());
        CHECK(cv::norm(maps_a[i].reshape(1, 1), maps_b[i].reshape(1, 1), cv::NORM_INF) < 1e-5);
      }
    }
  }

  TEST_CASE("a size in between leaves no trace: A, B, A gives the same A, bit for bit") {
    const auto files = fixtures::MtcnnFiles();
    Net net({files.at("det1.prototxt"), files.at("det1.caffemodel")}, 12, {2, 4}, "P-Net");
    const auto run = [&](int columns, int rows) {
      cv::Mat blob = MakeBlob(1, columns, rows);
      fixtures::Random random(1);
      for (size_t i = 0; i < blob.total(); ++i) blob.ptr<float>()[i] = static_cast<float>(random.Uniform(-1, 1));
      return net.Forward(blob, {(columns - 1) / 2 - 4, (rows - 1) / 2 - 4})[0].clone();
    };
    const cv::Mat first = run(57, 91);
    run(20, 300);
    const cv::Mat again = run(57, 91);
    CHECK(cv::norm(first.reshape(1, 1), again.reshape(1, 1), cv::NORM_INF) == 0);
  }
}
