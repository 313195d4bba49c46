#pragma once

#include <doctest/doctest.h>

#include "fused/targets.h"
// After the above.
#include <hwy/highway.h>

namespace fixtures {

/// Runs `check` once with the kernels of each instruction set that they are compiled for and this machine has.
template <typename Check>
void ForEachTarget(Check check) {
  struct Reset {
    ~Reset() {
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().DeInit();
    }
  } reset;
  for (int64_t rest = hwy::SupportedTargets() & HWY_TARGETS; rest != 0; rest &= rest - 1) {
    const int64_t target = rest & -rest;
    CAPTURE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    check();
  }
}

}  // namespace fixtures
