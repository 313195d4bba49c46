#include "models/mtcnn/crop.h"

#include <limits>

#include "../../fixtures.h"

using namespace faces;
using namespace faces::mtcnn;

namespace {

constexpr float kBlack = -127.5F / 128;

std::vector<float> CropBlob(const cv::Mat& image, const Box& box, int size) {
  std::vector<float> blob(static_cast<size_t>(3 * size * size), 99);
  std::vector<uint8_t> bgr(blob.size(), 99);
  Crop(image, box, size, bgr.data());
  PixelsToBlob(bgr.data(), size, size, blob.data());
  return blob;
}

bool IsBlack(const std::vector<float>& blob) {
  return std::all_of(blob.begin(), blob.end(), [](float value) { return value == kBlack; });
}

}  // namespace

TEST_CASE("a crop of its own size: planes R, G, B, columns before rows, (v - 127.5) / 128") {
  const cv::Mat image = fixtures::Noise(30, 30);
  const std::vector<float> blob = CropBlob(image, {3, 4, 26, 27}, 24);
  for (const auto& [x, y] : {std::pair{0, 0}, {1, 0}, {0, 1}, {23, 5}, {23, 23}}) {
    for (int plane = 0; plane < 3; ++plane) {
      const int value = image.at<cv::Vec3b>(4 + y, 3 + x)[2 - plane];
      CHECK(blob[static_cast<size_t>(plane * 576 + x * 24 + y)] == (static_cast<float>(value) - 127.5F) / 128);
    }
  }
}

TEST_CASE("pixels of an oblong tile keep their places") {
  const cv::Mat image = fixtures::Noise(5, 3);
  std::vector<float> blob(45);
  PixelsToBlob(image.data, 5, 3, blob.data());
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 5; ++x) {
      CHECK(blob[static_cast<size_t>(30 + x * 3 + y)] ==
            (static_cast<float>(image.at<cv::Vec3b>(y, x)[0]) - 127.5F) / 128);
    }
  }
}

TEST_CASE("outside the image it is black") {
  const cv::Mat white(40, 40, CV_8UC3, cv::Scalar::all(255));
  const std::vector<float> blob = CropBlob(white, {-12, 0, 11, 23}, 24);
  CHECK(blob[0] == kBlack);
  CHECK(blob[11 * 24 + 23] == kBlack);
  CHECK(blob[12 * 24] == 127.5F / 128);
  CHECK(IsBlack(CropBlob(white, {40, 0, 60, 20}, 24)));
  CHECK(IsBlack(CropBlob(white, {0, -30, 20, -1}, 24)));
  CHECK_FALSE(IsBlack(CropBlob(white, {39, 39, 60, 60}, 24)));
}

TEST_CASE("boxes without pixels, or larger than anything, are black and do not take memory") {
  const cv::Mat white(40, 40, CV_8UC3, cv::Scalar::all(255));
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Box& box :
       {Box{5, 5, 4, 20}, Box{5, 5, 3, 3}, Box{-1e30, -1e30, 1e30, 1e30}, Box{-infinity, 0, infinity, 20}}) {
    CHECK(IsBlack(CropBlob(white, box, 48)));
  }
}

TEST_CASE("a box around the whole image and far more is still cropped") {
  const cv::Mat white(40, 40, CV_8UC3, cv::Scalar::all(255));
  CHECK_FALSE(IsBlack(CropBlob(white, {-100, -100, 139, 139}, 24)));
}
