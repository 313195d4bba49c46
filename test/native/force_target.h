#pragma once

#include "kernels/targets.h"
// After the above.
#include <hwy/highway.h>

#include <vector>

/// Choosing the instruction set of the fused kernels, for tests and measurements. The choice is the whole process's.
namespace fixtures {

/// Highway's numbers of those that the kernels are compiled for and this machine has, the best first; of a forced one
/// only that.
inline std::vector<int64_t> RunnableTargets() {
  std::vector<int64_t> targets;
  for (int64_t rest = hwy::SupportedTargets() & HWY_TARGETS; rest != 0; rest &= rest - 1) {
    targets.push_back(rest & -rest);
  }
  return targets;
}

/// Kernels made and run from now on are those of `target`; 0 gives the choice back to Highway.
inline void ForceTarget(int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace fixtures
