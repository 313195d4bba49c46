#pragma once

#include <doctest/doctest.h>

#include <string>

#include "force_target.h"

namespace fixtures {

/// Runs `check` once with the kernels of each instruction set that they are compiled for and this machine has.
template <typename Check>
void ForEachTarget(Check check) {
  struct Reset {
    ~Reset() { ForceTarget(0); }
  } reset;
  for (const int64_t target : RunnableTargets()) {
    CAPTURE(std::string(hwy::TargetName(target)));  // of a char* doctest shows the address
    ForceTarget(target);
    check();
  }
}

}  // namespace fixtures
