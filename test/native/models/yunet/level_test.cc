#include "models/yunet/level.h"

#include <opencv2/imgproc.hpp>

#include "../../fixtures.h"

using namespace faces;
using yunet::Level;

namespace {

bool AreEqual(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }

}  // namespace

TEST_CASE("rows of a level are the same, however many are asked for at once, and by any number of threads") {
  ThreadPool alone(1);
  ThreadPool three(3);
  const cv::Mat picture = fixtures::Noise(211, 157);
  for (const cv::Size size : {cv::Size(211, 157), {211, 100}, {40, 157}, {53, 39}, {1, 1}}) {
    Level level(picture, size);
    const cv::Mat whole = level.Rows(0, size.height, alone, {}).clone();
    CHECK(whole.size() == size);
    for (const int count : {1, 7, 64}) {
      for (int first = 0; first < size.height; first += count) {
        const cv::Mat rows = level.Rows(first, count, three, {});
        CHECK(AreEqual(rows, whole.rowRange(first, std::min(first + count, size.height))));
      }
    }
    CHECK(level.Rows(size.height, 5, three, {}).empty());
    CHECK(level.Rows(size.height + 9, 5, three, {}).empty());
  }
}

TEST_CASE("a level of the picture's own size is the picture, not a copy") {
  ThreadPool alone(1);
  const cv::Mat picture = fixtures::Noise(30, 20);
  CHECK(Level(picture).Rows(4, 3, alone, {}).data == picture.ptr(4));
}

TEST_CASE("a level that is shrunk looks at the cancel flag") {
  ThreadPool alone(1);
  CancelFlag cancelled;
  cancelled.Cancel();
  const cv::Mat picture = fixtures::Noise(30, 20);
  CHECK(fixtures::CodeOf([&] { Level(picture, {15, 10}).Rows(0, 1, alone, cancelled); }) == "ABORTED");
}
