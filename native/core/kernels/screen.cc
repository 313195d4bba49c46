#include "screen.h"

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/screen.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

size_t Screen(const float* HWY_RESTRICT pixels, size_t count, size_t channels, const float* HWY_RESTRICT weights,
              float limit, int* HWY_RESTRICT found) {
  const hn::ScalableTag<float> d;
  size_t used = 0;
  for (size_t i = 0; i < count; ++i, pixels += channels) {
    auto sum = hn::Zero(d);
    for (size_t c = 0; c < channels; c += hn::Lanes(d)) {
      sum = hn::MulAdd(hn::Load(d, pixels + c), hn::Load(d, weights + c), sum);
    }
    found[used] = static_cast<int>(i);
    used += hn::GetLane(hn::SumOfLanes(d, sum)) > limit ? 1 : 0;
  }
  return used;
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(Screen);

size_t Screen(const float* pixels, size_t count, size_t channels, const float* weights, float limit, int* found) {
  return HWY_DYNAMIC_DISPATCH(Screen)(pixels, count, channels, weights, limit, found);
}

}  // namespace faces::kernels
#endif
