#pragma once

namespace bench {

/// GFLOP/s of one core on independent chains of fused multiply-adds (of multiplications and additions where the
/// instruction set has none), a multiply-add counted as two: the most that a kernel of the chosen instruction set can
/// reach. Takes about a millisecond.
double PeakGflops();

}  // namespace bench
