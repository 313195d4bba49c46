#include "peak.h"

#include <utility>

#include "kernels/targets.h"
#include "stopwatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/peak.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace bench::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Two units with a latency of four or five cycles (x86-64 since 2013, Neoverse) need ten; 16 registers hold twelve, the
// factors and a product.
constexpr int kChains = 12;

// The sum makes every chain count. Variables of their own, since GCC 12 keeps arrays in memory.
template <size_t... kChain>
HWY_NOINLINE float Run(int steps, std::index_sequence<kChain...>) {
  const D d;
  const V factor = hn::Set(d, 0.999F);
  const V term = hn::Set(d, 0.001F);
  V sums[kChains] = {hn::Set(d, 1 + 0.1F * static_cast<float>(kChain))...};
  for (int i = 0; i < steps; ++i) ((sums[kChain] = hn::MulAdd(sums[kChain], factor, term)), ...);
  V sum = hn::Zero(d);
  ((sum = hn::Add(sum, sums[kChain])), ...);
  return hn::GetLane(sum);
}

double Peak() {
  constexpr int kSteps = 250'000;
  faces::Stopwatch watch;
  volatile float kept = Run(kSteps, std::make_index_sequence<kChains>());
  const double ms = watch.Lap();
  static_cast<void>(kept);
  return 2e-6 * kSteps * kChains * static_cast<double>(hn::Lanes(D())) / ms;
}

}  // namespace
}  // namespace bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bench {

HWY_EXPORT(Peak);

double PeakGflops() { return HWY_DYNAMIC_DISPATCH(Peak)(); }

}  // namespace bench
#endif  // HWY_ONCE
