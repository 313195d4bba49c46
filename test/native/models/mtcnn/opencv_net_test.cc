#include "models/mtcnn/opencv_net.h"

#include "../../fixtures.h"

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

cv::Mat RandomBlob(int columns, int rows) {
  cv::Mat blob = MakeBlob(1, columns, rows);
  fixtures::Random random(1);
  for (size_t i = 0; i < blob.total(); ++i) blob.ptr<float>()[i] = static_cast<float>(random.Uniform(-1, 1));
  return blob;
}

// A copy of the 12 columns and rows from there on.
cv::Mat Window(const cv::Mat& blob, int column, int row) {
  const std::vector<cv::Range> ranges{cv::Range::all(), cv::Range::all(), {column, column + 12}, {row, row + 12}};
  return blob(ranges).clone();
}

}  // namespace

TEST_CASE("files that are no network are refused by name") {
  CHECK(CodeOf([] { OpenCvNet("this is no network", 12, {2}, "P-Net"); }) == "MODEL_INVALID");
  CHECK(CodeOf([] { OpenCvNet("", 12, {2}, "P-Net"); }) == "MODEL_INVALID");
  try {
    OpenCvNet("x", 12, {2}, "P-Net");
  } catch (const faces::Error& error) {
    CHECK(std::string(error.what()).find("P-Net") != std::string::npos);
  }
}

TEST_SUITE("weights") {
  // These loaded, and failed as INTERNAL at the first detection or gave numbers from beside the answers.
  TEST_CASE("an output that the network lacks, and the files of another network, are refused at once") {
    const auto files = fixtures::MtcnnFiles();
    const auto load = [&](const std::string& stem, int window, const std::vector<int>& channels) {
      return CodeOf([&] { OpenCvNet(files.at(stem + ".onnx"), window, channels, ""); });
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
    OpenCvNet rnet(files.at("det2.onnx"), 24, {2, 4}, "R-Net");
    CHECK(CodeOf([&] { rnet.Forward(MakeBlob(1, 30, 30).setTo(0), {4, 4}); }) == "MODEL_INVALID");
    OpenCvNet pnet(files.at("det1.onnx"), 12, {2, 4}, "P-Net");
    CHECK(CodeOf([&] { pnet.Forward(MakeBlob(1, 30, 30).setTo(0), {9, 9}); }) == "MODEL_INVALID");

    const cv::Mat blob = MakeBlob(1, 500, 500).setTo(0);
    const Scarce scarce(1'000'000);
    try {
      pnet.Forward(blob, {245, 245});
      FAIL("there was memory");
    } catch (const cv::Exception& error) {
      CHECK(error.code == cv::Error::StsNoMem);
    }
  }

  TEST_CASE("weights cut short are refused") {
    const std::string onnx = fixtures::MtcnnFiles().at("det1.onnx");
    CHECK(CodeOf([&] { OpenCvNet(onnx.substr(0, onnx.size() / 2), 12, {2, 4}, "P-Net"); }) == "MODEL_INVALID");
  }

  TEST_CASE("pools round up, on odd and even sizes: each window answers as it does alone") {
    OpenCvNet net(fixtures::MtcnnFiles().at("det1.onnx"), 12, {2, 4}, "P-Net");
    for (const auto& size : {std::pair{12, 12}, {13, 12}, {25, 49}, {64, 30}}) {
      CAPTURE(size.first);
      const auto& [columns, rows] = size;
      const cv::Mat blob = RandomBlob(columns, rows);
      const cv::Size windows((columns - 1) / 2 - 4, (rows - 1) / 2 - 4);
      const cv::Mat scores = net.Forward(blob, windows)[0].clone();
      for (int column = 0; column < windows.width; ++column) {
        for (int row = 0; row < windows.height; ++row) {
          // The last of an odd side reaches beyond it: only its pool knows.
          if (2 * column + 12 > columns || 2 * row + 12 > rows) continue;
          const cv::Mat alone = net.Forward(Window(blob, 2 * column, 2 * row))[0];
          CHECK(std::abs(scores.ptr<float>(0, 1)[column * windows.height + row] - alone.ptr<float>()[1]) < 1e-5);
        }
      }
    }
  }

  TEST_CASE("a size in between leaves no trace: A, B, A gives the same A, bit for bit") {
    OpenCvNet net(fixtures::MtcnnFiles().at("det1.onnx"), 12, {2, 4}, "P-Net");
    const auto run = [&](int columns, int rows) {
      return net.Forward(RandomBlob(columns, rows), {(columns - 1) / 2 - 4, (rows - 1) / 2 - 4})[0].clone();
    };
    const cv::Mat first = run(57, 91);
    run(20, 300);
    const cv::Mat again = run(57, 91);
    CHECK(cv::norm(first.reshape(1, 1), again.reshape(1, 1), cv::NORM_INF) == 0);
  }
}
