#include "render/redact_frame.h"

#include "../fixtures.h"
#include "image/yuv_frame.h"
#include "render/redact.h"

using namespace faces;
using render::RedactFrame;

namespace {

// Noise in all three planes.
std::vector<uint8_t> NoisyFrame(const cv::Size& size) {
  const cv::Mat noise = fixtures::Noise(size.width + 2, size.height + 2);
  return {noise.data, noise.data + FrameBytes(size)};
}

RedactOptions Hiding(RedactOptions::Mode mode, RedactOptions::Shape shape, double margin) {
  RedactOptions options;
  options.mode = mode;
  options.shape = shape;
  options.margin = margin;
  return options;
}

}  // namespace

TEST_CASE("fill blackens the box on all planes of a frame and changes nothing else") {
  const cv::Size size(41, 31);  // odd: the last column and row of colour stand for one of brightness
  const std::vector<uint8_t> before = NoisyFrame(size);
  std::vector<uint8_t> frame = before;
  RedactFrame(frame.data(), size, {{10, 8, 31, 20}}, Hiding(RedactOptions::Mode::kFill, RedactOptions::Shape::kBox, 0),
              CancelFlag());
  int wrong = 0;
  size_t at = 0;
  const auto check_plane = [&](int width, int height, const cv::Rect& hidden, uint8_t value) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x, ++at) wrong += frame[at] != (hidden.contains({x, y}) ? value : before[at]);
    }
  };
  check_plane(41, 31, {10, 8, 21, 12}, 16);
  check_plane(21, 16, {5, 4, 11, 6}, 128);  // to column 15.5, rounded outwards
  check_plane(21, 16, {5, 4, 11, 6}, 128);
  CHECK(at == frame.size());
  CHECK(wrong == 0);
}

TEST_CASE("each plane of a frame is hidden as a gray picture is") {
  const cv::Size size(64, 48);
  for (const auto mode : {RedactOptions::Mode::kBlur, RedactOptions::Mode::kPixelate}) {
    std::vector<uint8_t> frame = NoisyFrame(size);
    cv::Mat gray = cv::Mat(size, CV_8UC1, frame.data()).clone();
    const auto options = Hiding(mode, RedactOptions::Shape::kEllipse, 0.3);
    const Box box{-6, 10, 26, 44};  // cut by the border
    RedactFrame(frame.data(), size, {box}, options, CancelFlag());
    CHECK(cv::norm(gray, cv::Mat(size, CV_8UC1, frame.data()), cv::NORM_INF) > 0);
    render::Redact(gray, {{box, 1, {}, {}}}, options, CancelFlag());
    CHECK(cv::norm(gray, cv::Mat(size, CV_8UC1, frame.data()), cv::NORM_INF) == 0);
  }
}

TEST_CASE("boxes beside a frame, without an area or of any size are taken") {
  const cv::Size size(16, 16);
  const std::vector<uint8_t> before = NoisyFrame(size);
  std::vector<uint8_t> frame = before;
  const auto options = Hiding(RedactOptions::Mode::kBlur, RedactOptions::Shape::kEllipse, 1);
  RedactFrame(frame.data(), size, {{100, 100, 120, 120}, {-90, 3, -80, 9}}, options, CancelFlag());
  CHECK(frame == before);
  RedactFrame(frame.data(), size, {{4, 4, 4, 4}, {-1e300, -1e300, 1e300, 1e300}}, options, CancelFlag());
  CHECK(frame != before);
}

TEST_CASE("hiding on a frame ends when it is cancelled") {
  std::vector<uint8_t> frame = NoisyFrame({16, 16});
  CancelFlag cancel;
  cancel.Cancel();
  CHECK_THROWS_AS(RedactFrame(frame.data(), {16, 16}, {{2, 2, 9, 9}}, RedactOptions(), cancel), Error);
}
