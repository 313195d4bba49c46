#include "models/mtcnn/resize.h"

#include <opencv2/imgproc.hpp>

#include "../../fixtures.h"
#include "../../targets.h"

using namespace faces::mtcnn;

namespace {

cv::Mat Resized(const cv::Mat& image, const Window& window, int width, int height) {
  cv::Mat out(height, width, CV_8UC3);
  LinearResize(image, window, width, height).Block({0, 0, width, height}, out.data);
  return out;
}

bool AreEqual(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }

}  // namespace

// On ARM, OpenCV resizes some sizes with rounding of its own; the reference ran on x86.
#if defined(__x86_64__)
TEST_CASE("every bit is cv::resize's") {
  fixtures::ForEachTarget([] {
    fixtures::Random random(11);
    for (int round = 0; round < 400; ++round) {
      const int from_width = 1 + static_cast<int>(random.Next(120));
      const int from_height = 1 + static_cast<int>(random.Next(120));
      const int to_width = 1 + static_cast<int>(random.Next(120));
      const int to_height = 1 + static_cast<int>(random.Next(120));
      const cv::Mat image = fixtures::Noise(from_width, from_height, static_cast<uint32_t>(round));
      cv::Mat expected;
      cv::resize(image, expected, {to_width, to_height}, 0, 0, cv::INTER_LINEAR);
      CAPTURE(from_width);
      CAPTURE(from_height);
      CAPTURE(to_width);
      CAPTURE(to_height);
      CHECK(AreEqual(Resized(image, {0, 0, from_width, from_height}, to_width, to_height), expected));
    }
  });
}

TEST_CASE("every bit is cv::resize's: crops to 24 and 48, halves, levels of large images") {
  fixtures::ForEachTarget([] {
    for (int side = 1; side <= 130; ++side) {
      const cv::Mat image = fixtures::Noise(side, side, static_cast<uint32_t>(side));
      for (const int to : {24, 48}) {
        cv::Mat expected;
        cv::resize(image, expected, {to, to});
        CAPTURE(side);
        CHECK(AreEqual(Resized(image, {0, 0, side, side}, to, to), expected));
      }
    }
    const cv::Mat large = fixtures::Noise(1638, 1025);
    for (double scale = 0.6; scale > 0.01; scale *= 0.707) {
      const cv::Size size(static_cast<int>(std::ceil(large.cols * scale)),
                          static_cast<int>(std::ceil(large.rows * scale)));
      cv::Mat expected;
      cv::resize(large, expected, size);
      CHECK(AreEqual(Resized(large, {0, 0, large.cols, large.rows}, size.width, size.height), expected));
    }
  });
}
#endif

TEST_CASE("blocks put together are the whole") {
  const cv::Mat image = fixtures::Noise(97, 61);
  fixtures::ForEachTarget([&] {
    for (const cv::Size& size : {cv::Size(70, 45), cv::Size(97, 61), cv::Size(150, 90)}) {
      const cv::Mat whole = Resized(image, {0, 0, 97, 61}, size.width, size.height);
      LinearResize resize(image, {0, 0, 97, 61}, size.width, size.height);
      for (int y = 0; y < size.height; y += 17) {
        for (int x = 0; x < size.width; x += 23) {
          const cv::Rect block(x, y, std::min(23, size.width - x), std::min(17, size.height - y));
          cv::Mat part(block.height, block.width, CV_8UC3);
          resize.Block(block, part.data);
          CHECK(AreEqual(part, whole(block)));
        }
      }
    }
  });
}

TEST_CASE("a window beyond the image is the image with a black border") {
  const cv::Mat image = fixtures::Noise(50, 40);
  cv::Mat bordered;
  cv::copyMakeBorder(image, bordered, 100, 100, 100, 100, cv::BORDER_CONSTANT, cv::Scalar::all(0));
  fixtures::ForEachTarget([&] {
    fixtures::Random random(13);
    for (int round = 0; round < 300; ++round) {
      const Window window{static_cast<int64_t>(random.Next(180)) - 100, static_cast<int64_t>(random.Next(170)) - 100,
                          1 + static_cast<int>(random.Next(70)), 1 + static_cast<int>(random.Next(70))};
      const cv::Rect inside(static_cast<int>(window.x) + 100, static_cast<int>(window.y) + 100, window.width,
                            window.height);
      const int size = random.Next(2) == 0 ? 24 : 48;
      CHECK(AreEqual(Resized(image, window, size, size),
                     Resized(bordered(inside).clone(), {0, 0, window.width, window.height}, size, size)));
    }
  });
}
