#include "mtcnn/net.h"

#include "fixtures.h"

using namespace faces::mtcnn;
using fixtures::CodeOf;

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
    for (const auto& [columns, rows] : {std::pair{12, 12}, {13, 12}, {25, 49}, {127, 333}, {64, 30}}) {
      cv::Mat blob = MakeBlob(1, columns, rows);
      fixtures::Random random(1);
      for (size_t i = 0; i < blob.total(); ++i) blob.ptr<float>()[i] = static_cast<float>(random.Uniform(-1, 1));
      const cv::Size windows((columns - 1) / 2 - 4, (rows - 1) / 2 - 4);
      const auto maps_a = a.Forward(blob, windows);
      const auto maps_b = b.Forward(blob, windows);
      CAPTURE(columns);
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
