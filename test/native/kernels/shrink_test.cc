#include "kernels/shrink.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "../fixtures.h"
#include "../targets.h"

using namespace faces::kernels;

namespace {

cv::Mat Shrunk(const cv::Mat& in, int width, int height) {
  const Shrink shrink(in.cols, in.rows, width, height);
  cv::Mat out(height, width, CV_8UC3);
  std::vector<float> sums(static_cast<size_t>(in.cols) * 3);
  for (int row = 0; row < height; ++row) shrink.Row(in.data, in.step, row, sums.data(), out.ptr(row));
  return out;
}

// The mean of what a pixel covers: of each pixel of the input, the share that lies in it.
double MeanAt(const cv::Mat& in, int width, int height, int x, int y, int colour) {
  const auto share = [](int i, int pixel, int from, int to) {
    const double scale = static_cast<double>(from) / to;
    return std::max(0.0, std::min(pixel + 1.0, (i + 1) * scale) - std::max<double>(pixel, i * scale)) / scale;
  };
  double mean = 0;
  for (int row = 0; row < in.rows; ++row) {
    const double rows = share(y, row, in.rows, height);
    if (rows == 0) continue;
    for (int column = 0; column < in.cols; ++column) {
      mean += rows * share(x, column, in.cols, width) * in.at<cv::Vec3b>(row, column)[colour];
    }
  }
  return mean;
}

}  // namespace

TEST_CASE("shrinking gives the mean of the area, rounded, at any size") {
  fixtures::ForEachTarget([] {
    struct Sizes {
      cv::Size from, to;
    };
    for (const Sizes& sizes : {Sizes{{1, 1}, {1, 1}},
                               {{37, 29}, {37, 29}},
                               {{37, 29}, {36, 29}},
                               {{37, 29}, {9, 7}},
                               {{40, 20}, {10, 5}},
                               {{53, 3}, {17, 1}},
                               {{3, 61}, {1, 60}}}) {
      const cv::Size& to = sizes.to;
      CAPTURE(to.width);
      const cv::Mat in = fixtures::Noise(sizes.from.width, sizes.from.height);
      const cv::Mat out = Shrunk(in, to.width, to.height);
      double worst = 0;
      for (int i = 0; i < to.area() * 3; ++i) {
        const double mean = MeanAt(in, to.width, to.height, i / 3 % to.width, i / 3 / to.width, i % 3);
        worst = std::max(worst, std::abs(out.data[i] - mean));
      }
      CHECK(worst < 0.51);  // weights are off by half of 1/65536
    }
  });
}

TEST_CASE("shrinking gives the same numbers with every instruction set, and nearly always OpenCV's") {
  const cv::Mat in = fixtures::Noise(1001, 603);
  for (const cv::Size& size : {cv::Size(1000, 602), {640, 360}, {250, 151}, {13, 9}}) {
    cv::Mat expected, first;
    cv::resize(in, expected, size, 0, 0, cv::INTER_AREA);
    fixtures::ForEachTarget([&] {
      const cv::Mat out = Shrunk(in, size.width, size.height);
      cv::Mat difference;
      cv::absdiff(out, expected, difference);
      CHECK(cv::norm(difference, cv::NORM_INF) <= 1);
      CHECK(cv::countNonZero(difference.reshape(1)) <= difference.total() * 3 / 50);
      if (first.empty()) first = out;
      CHECK(cv::norm(out, first, cv::NORM_INF) == 0);
    });
  }
}

TEST_CASE("a plain picture stays plain when it is shrunk") {
  for (const int value : {0, 1, 127, 255}) {
    const cv::Mat out = Shrunk(cv::Mat(47, 91, CV_8UC3, cv::Scalar::all(value)), 30, 31);
    CHECK(cv::norm(out, cv::Mat(31, 30, CV_8UC3, cv::Scalar::all(value)), cv::NORM_INF) == 0);
  }
}
