#include "../bench/flops.h"

#include <doctest/doctest.h>

// movie-stars.jpg, 1000 x 602, counted layer by layer when the kernels were planned.
TEST_CASE("the benchmark counts the networks' operations: 5.0 GFLOP on movie-stars.jpg") {
  const auto levels = faces::mtcnn::ImagePyramid(1000, 602, 20, 0.707);
  CHECK(levels.size() == 10);
  double pnet = 0;
  for (const auto& level : levels) pnet += bench::PNetFlop(level);
  CHECK(pnet == doctest::Approx(1.50e9).epsilon(0.01));
  CHECK(686 * bench::kRNetFlop == doctest::Approx(2.10e9).epsilon(0.01));
  CHECK(54 * bench::kONetFlop == doctest::Approx(1.39e9).epsilon(0.01));
}

TEST_CASE("P-Net on its smallest level is one window") {
  CHECK(bench::PNetFlop({1, 12, 12}) == 2 * (10 * 27 * 100 + 16 * 90 * 9 + 32 * 144 + 6 * 32));
}

// 1024 x 608, counted from the published graph: 631 million multiply-adds in 1x1 layers, 127 in depthwise ones, 67 in
// the first.
TEST_CASE("the benchmark counts YuNet's operations: 1.65 GFLOP on movie-stars.jpg, filled up to 1024 x 608") {
  constexpr double kPixels = 1024 * 608;
  CHECK(bench::YuNetStemFlop(kPixels) + bench::YuNetTrunkFlop(kPixels) == doctest::Approx(1.65e9).epsilon(0.005));
  CHECK(bench::FlopOf({{16, 3, 3, kPixels / 4}}) == doctest::Approx(2 * 67e6).epsilon(0.01));
}
