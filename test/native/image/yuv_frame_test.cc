#include "image/yuv_frame.h"

#include <cmath>

#include "../fixtures.h"

using namespace faces;

namespace {

// As the standards write it, with brightness from 16 to 235 and chroma from 16 to 240.
cv::Vec3b Naive(int y, int u, int v, double red_share, double blue_share) {
  const double green_share = 1 - red_share - blue_share;
  const double brightness = (y - 16) / 219.0, cb = (u - 128) / 224.0, cr = (v - 128) / 224.0;
  const double red = brightness + 2 * (1 - red_share) * cr, blue = brightness + 2 * (1 - blue_share) * cb;
  const double green = (brightness - red_share * red - blue_share * blue) / green_share;
  const auto byte = [](double value) { return cv::saturate_cast<uint8_t>(255 * value); };
  return {byte(blue), byte(green), byte(red)};
}

int LargestError(const cv::Size& size, YuvMatrix matrix, double red_share, double blue_share) {
  const cv::Mat noise = fixtures::Noise(size.width + 2, size.height + 2);
  const uint8_t* const frame = noise.data;
  const cv::Size chroma = ChromaSize(size);
  cv::Mat bgr(size, CV_8UC3);
  FrameToBgr(frame, size, matrix, bgr.data);
  int largest = 0;
  for (int row = 0; row < size.height; ++row) {
    for (int column = 0; column < size.width; ++column) {
      const int u_at = size.area() + row / 2 * chroma.width + column / 2;
      const cv::Vec3b expected =
          Naive(frame[row * size.width + column], frame[u_at], frame[u_at + chroma.area()], red_share, blue_share);
      for (int k = 0; k < 3; ++k)
        largest = std::max(largest, std::abs(bgr.at<cv::Vec3b>(row, column)[k] - expected[k]));
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("a frame has a plane of brightness and two of colour with half of its sides, rounded up") {
  CHECK(FrameBytes({4, 2}) == 8 + 2 * 2);
  CHECK(FrameBytes({5, 3}) == 15 + 2 * 6);
  CHECK(FrameBytes({1, 1}) == 3);
}

TEST_CASE("frames become BGR as the standards say, at odd sizes too") {
  for (const cv::Size& size : {cv::Size(64, 48), {41, 31}, {1, 1}, {2, 5}, {300, 1}}) {
    CAPTURE(size.width);
    CHECK(LargestError(size, YuvMatrix::kBt601, 0.299, 0.114) <= 1);
    CHECK(LargestError(size, YuvMatrix::kBt709, 0.2126, 0.0722) <= 1);
  }
  CHECK(LargestError({64, 48}, YuvMatrix::kBt709, 0.299, 0.114) > 1);
}

TEST_CASE("black, white and gray of a frame are those of BGR") {
  for (const auto& [y, value] : {std::pair{16, 0}, {235, 255}, {126, 128}, {0, 0}, {255, 255}}) {
    const std::vector<uint8_t> frame{uint8_t(y), uint8_t(y), uint8_t(y), uint8_t(y), 128, 128};
    std::vector<uint8_t> bgr(12);
    FrameToBgr(frame.data(), {2, 2}, YuvMatrix::kBt601, bgr.data());
    CHECK(bgr == std::vector<uint8_t>(12, uint8_t(value)));
  }
}
