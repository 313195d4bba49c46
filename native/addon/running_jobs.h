#pragma once

#include <napi.h>

#include <memory>
#include <unordered_set>

#include "teardown_watch.h"

namespace faces::addon {

class PromiseJob;

/// The jobs of one environment that run or wait for a pool thread.
class RunningJobs {
 public:
  void Add(PromiseJob* job);
  void Remove(PromiseJob* job);

  /// From now on, jobs are cancelled when the environment is torn down. Throws like TeardownWatch.
  void CancelAtTeardown(Napi::Env env);

 private:
  std::unordered_set<PromiseJob*> jobs_;
  std::unique_ptr<TeardownWatch> watch_;
};

}  // namespace faces::addon
