#include "upsample.h"

#include <cstddef>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/upsample.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

void AddUpsampled(const float* coarse, const float* fine, int width, int channels, float* out) {
  const hn::ScalableTag<float> d;
  const auto depth = static_cast<size_t>(channels);
  for (int x = 0; x < width; ++x, fine += depth, out += depth) {
    const float* nearest = coarse + static_cast<size_t>(x / 2) * depth;
    for (size_t c = 0; c < depth; c += hn::Lanes(d)) {
      hn::Store(hn::Add(hn::Load(d, fine + c), hn::Load(d, nearest + c)), d, out + c);
    }
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(AddUpsampled);

void AddUpsampled(const float* coarse, const float* fine, int width, int channels, float* out) {
  HWY_DYNAMIC_DISPATCH(AddUpsampled)(coarse, fine, width, channels, out);
}

}  // namespace faces::kernels
#endif
