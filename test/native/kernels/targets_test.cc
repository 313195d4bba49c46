// Compiled once for each instruction set, as the kernels are, to see which one a call reaches.
#include "kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "native/kernels/targets_test.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fixtures::HWY_NAMESPACE {
namespace {

int64_t Reached() { return HWY_TARGET; }

}  // namespace
}  // namespace fixtures::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <opencv2/core.hpp>

#include "../targets.h"

namespace fixtures {

HWY_EXPORT(Reached);

TEST_CASE("each instruction set of this machine is reached when forced, and the best one otherwise") {
  const std::vector<int64_t> targets = RunnableTargets();
  std::vector<int64_t> reached;
  ForEachTarget([&] { reached.push_back(HWY_DYNAMIC_DISPATCH(Reached)()); });
  CHECK(reached == targets);
  CHECK(HWY_DYNAMIC_DISPATCH(Reached)() == targets.front());
}

TEST_CASE("the instruction sets that are tested: the baseline, and all that the processor has") {
  const std::vector<int64_t> targets = RunnableTargets();
  const auto is_tested = [&](int64_t target) {
    return std::find(targets.begin(), targets.end(), target) != targets.end();
  };
  CHECK(is_tested(HWY_STATIC_TARGET));
#if HWY_ARCH_X86_64
  CHECK(is_tested(HWY_SSE4) == cv::checkHardwareSupport(CV_CPU_SSE4_2));
  CHECK(is_tested(HWY_AVX2) == cv::checkHardwareSupport(CV_CPU_AVX2));
  CHECK(is_tested(HWY_AVX3) == cv::checkHardwareSupport(CV_CPU_AVX512_SKX));
#endif
}

}  // namespace fixtures
#endif  // HWY_ONCE
