#include "blend.h"

#include <cstring>

#include "targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/blend.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kColours = 3;

#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
// Pixels whose 8 bytes lie inside of the row, one at a time: they stand anywhere, but their six bytes, paired by
// colour, meet their weights in one instruction (x86's sums of two products, which Highway promises on no other
// processor). A pixel writes four numbers; the next one mends the fourth.
size_t BlendPairs(const uint8_t* HWY_RESTRICT source, size_t source_bytes, const Tap* HWY_RESTRICT taps, size_t count,
                  int16_t* HWY_RESTRICT out) {
  constexpr size_t kRead = 8;
  const hn::FixedTag<uint8_t, 16> bytes;
  const hn::FixedTag<uint8_t, kRead> half;
  const hn::FixedTag<int16_t, 8> products;
  const hn::FixedTag<int32_t, 4> sums;
  const hn::FixedTag<int16_t, 4> results;
  alignas(16) static constexpr uint8_t kPairs[16] = {0, 255, 3, 255, 1,   255, 4,   255,
                                                     2, 255, 5, 255, 255, 255, 255, 255};
  const auto pairs = hn::Load(bytes, kPairs);
  size_t i = 0;
  for (; i + 1 < count; ++i, out += kColours) {
    const size_t at = static_cast<size_t>(taps[i].first) * kColours;
    if (at + kRead > source_bytes) break;
    int32_t weights;
    std::memcpy(&weights, &taps[i].first_weight, sizeof(weights));
    const auto pixels = hn::TableLookupBytesOr0(hn::ZeroExtendVector(bytes, hn::LoadU(half, source + at)), pairs);
    auto odd = hn::Zero(sums);
    const auto sum = hn::ReorderWidenMulAccumulate(sums, hn::BitCast(products, pixels),
                                                   hn::BitCast(products, hn::Set(sums, weights)), hn::Zero(sums), odd);
    hn::StoreU(hn::DemoteTo(results, hn::ShiftRight<4>(sum)), results, out);
  }
  return i;
}
#else
size_t BlendPairs(const uint8_t*, size_t, const Tap*, size_t, int16_t*) { return 0; }
#endif

void BlendColumns(const uint8_t* HWY_RESTRICT source, size_t source_bytes, const Tap* HWY_RESTRICT taps, size_t count,
                  int16_t* HWY_RESTRICT out) {
  for (size_t i = BlendPairs(source, source_bytes, taps, count, out); i < count; ++i) {
    const uint8_t* a = source + static_cast<size_t>(taps[i].first) * kColours;
    const uint8_t* b = source + static_cast<size_t>(taps[i].second) * kColours;
    for (size_t c = 0; c < kColours; ++c) {
      const int sum = a[c] * taps[i].first_weight + b[c] * taps[i].second_weight;
      out[i * kColours + c] = static_cast<int16_t>(sum >> 4);
    }
  }
}

void BlendRows(const int16_t* HWY_RESTRICT a, const int16_t* HWY_RESTRICT b, int16_t a_weight, int16_t b_weight,
               size_t count, uint8_t* HWY_RESTRICT out) {
  size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<int16_t> d;
  const hn::Rebind<uint8_t, decltype(d)> narrow;
  const size_t lanes = hn::Lanes(d);
  for (; i + lanes <= count; i += lanes) {
    const auto sum = hn::Add(hn::MulHigh(hn::LoadU(d, a + i), hn::Set(d, a_weight)),
                             hn::MulHigh(hn::LoadU(d, b + i), hn::Set(d, b_weight)));
    hn::StoreU(hn::DemoteTo(narrow, hn::ShiftRight<2>(hn::Add(sum, hn::Set(d, int16_t{2})))), narrow, out + i);
  }
#endif
  for (; i < count; ++i) {
    const int sum = ((a[i] * a_weight) >> 16) + ((b[i] * b_weight) >> 16);
    out[i] = static_cast<uint8_t>((sum + 2) >> 2);
  }
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace faces::kernels {

HWY_EXPORT(BlendColumns);
HWY_EXPORT(BlendRows);

void BlendColumns(const uint8_t* source, size_t source_bytes, const Tap* taps, size_t count, int16_t* out) {
  HWY_DYNAMIC_DISPATCH(BlendColumns)(source, source_bytes, taps, count, out);
}

void BlendRows(const int16_t* a, const int16_t* b, int16_t a_weight, int16_t b_weight, size_t count, uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(BlendRows)(a, b, a_weight, b_weight, count, out);
}

}  // namespace faces::kernels
#endif
