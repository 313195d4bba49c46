#pragma once

// Included before any header of Highway in the files that are compiled once for each instruction set. What is left is
// the baseline (Highway's scalar target on plain x86-64), SSE4, AVX2 and AVX-512 (Skylake's part of it), or NEON. SSSE3
// and the newer AVX-512 set have nothing that float kernels use; vectors without a fixed size cannot be kept in arrays.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
