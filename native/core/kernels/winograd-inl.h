// Winograd's schemes in one dimension: numbers a step apart become their values at the points of an interpolation, and
// sums at the points become outputs. Included once for each instruction set, as Highway asks for.
#if defined(FACES_FUSED_WINOGRAD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FACES_FUSED_WINOGRAD_INL_H_
#undef FACES_FUSED_WINOGRAD_INL_H_
#else
#define FACES_FUSED_WINOGRAD_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace faces::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr size_t kLanes = hn::MaxLanes(D());

HWY_INLINE V Load(const float* from) { return hn::Load(D(), from); }
HWY_INLINE void Store(V value, float* to) { hn::Store(value, D(), to); }
HWY_INLINE V Const(float value) { return hn::Set(D(), value); }

// The points 0, 1, -1 and infinity, for 3 outputs of a kernel of 2.
struct Kernel2Tile3 {
  static constexpr size_t kIn = 4;
  static constexpr size_t kOut = 3;

  static HWY_INLINE void ToPoints(const float* from, size_t step, float* to, size_t to_step) {
    const V x0 = Load(from);
    const V x1 = Load(from + step);
    const V x2 = Load(from + 2 * step);
    const V x3 = Load(from + 3 * step);
    Store(hn::Sub(x0, x2), to);
    Store(hn::Add(x1, x2), to + to_step);
    Store(hn::Sub(x2, x1), to + 2 * to_step);
    Store(hn::Sub(x3, x1), to + 3 * to_step);
  }

  template <typename Use>
  static HWY_INLINE void FromPoints(const float* from, size_t step, Use use) {
    const V at1 = Load(from + step);
    const V at_minus1 = Load(from + 2 * step);
    const V even = hn::Add(at1, at_minus1);
    use(0, hn::Add(Load(from), even));
    use(1, hn::Sub(at1, at_minus1));
    use(2, hn::Add(even, Load(from + 3 * step)));
  }
};

// The points 0, 1, -1, 2 and infinity, for 3 outputs of a kernel of 3.
struct Kernel3Tile3 {
  static constexpr size_t kIn = 5;
  static constexpr size_t kOut = 3;

  static HWY_INLINE void ToPoints(const float* from, size_t step, float* to, size_t to_step) {
    const V two = Const(2);
    const V x0 = Load(from);
    const V x1 = Load(from + step);
    const V x2 = Load(from + 2 * step);
    const V x3 = Load(from + 3 * step);
    const V x4 = Load(from + 4 * step);
    const V odd = hn::Sub(x3, x1);
    Store(hn::MulAdd(two, hn::Sub(x0, x2), odd), to);
    Store(hn::Sub(hn::NegMulAdd(two, x1, x3), x2), to + to_step);
    Store(hn::NegMulAdd(Const(3), x2, hn::MulAdd(two, x1, x3)), to + 2 * to_step);
    Store(odd, to + 3 * to_step);
    Store(hn::NegMulAdd(two, odd, hn::Sub(x4, x2)), to + 4 * to_step);
  }

  template <typename Use>
  static HWY_INLINE void FromPoints(const float* from, size_t step, Use use) {
    const V at1 = Load(from + step);
    const V at_minus1 = Load(from + 2 * step);
    const V at2 = Load(from + 3 * step);
    const V even = hn::Add(at1, at_minus1);
    use(0, hn::Add(hn::Add(Load(from), even), at2));
    use(1, hn::MulAdd(Const(2), at2, hn::Sub(at1, at_minus1)));
    use(2, hn::MulAdd(Const(4), at2, hn::Add(even, Load(from + 4 * step))));
  }
};

// The points 0, 1, -1, 2, -2 and infinity, for 4 outputs of a kernel of 3.
struct Kernel3Tile4 {
  static constexpr size_t kIn = 6;
  static constexpr size_t kOut = 4;

  static HWY_INLINE void ToPoints(const float* from, size_t step, float* to, size_t to_step) {
    const V two = Const(2);
    const V four = Const(4);
    const V x0 = Load(from);
    const V x1 = Load(from + step);
    const V x2 = Load(from + 2 * step);
    const V x3 = Load(from + 3 * step);
    const V x4 = Load(from + 4 * step);
    const V x5 = Load(from + 5 * step);
    const V even1 = hn::NegMulAdd(four, x2, x4);
    const V odd1 = hn::NegMulAdd(four, x1, x3);
    const V even2 = hn::Sub(x4, x2);
    const V odd2 = hn::Sub(x3, x1);
    Store(hn::MulAdd(four, hn::Sub(x0, x2), even2), to);
    Store(hn::Add(even1, odd1), to + to_step);
    Store(hn::Sub(even1, odd1), to + 2 * to_step);
    Store(hn::MulAdd(two, odd2, even2), to + 3 * to_step);
    Store(hn::NegMulAdd(two, odd2, even2), to + 4 * to_step);
    Store(hn::NegMulAdd(four, odd2, hn::Sub(x5, x3)), to + 5 * to_step);
  }

  template <typename Use>
  static HWY_INLINE void FromPoints(const float* from, size_t step, Use use) {
    const V at1 = Load(from + step);
    const V at_minus1 = Load(from + 2 * step);
    const V at2 = Load(from + 3 * step);
    const V at_minus2 = Load(from + 4 * step);
    const V even1 = hn::Add(at1, at_minus1);
    const V odd1 = hn::Sub(at1, at_minus1);
    const V even2 = hn::Add(at2, at_minus2);
    const V odd2 = hn::Sub(at2, at_minus2);
    use(0, hn::Add(hn::Add(Load(from), even1), even2));
    use(1, hn::MulAdd(Const(2), odd2, odd1));
    use(2, hn::MulAdd(Const(4), even2, even1));
    use(3, hn::MulAdd(Const(8), odd2, hn::Add(odd1, Load(from + 5 * step))));
  }
};

// Bias, then PReLU.
HWY_INLINE V Activate(V sum, V bias, V slope) {
  const V value = hn::Add(sum, bias);
  return hn::IfThenElse(hn::Lt(value, hn::Zero(D())), hn::Mul(value, slope), value);
}

}  // namespace
}  // namespace faces::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
