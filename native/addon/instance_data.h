#pragma once

#include <napi.h>

#include "running_jobs.h"

namespace faces::addon {

/// The addon's state per environment; several threads of one process may each load it.
struct InstanceData {
  Napi::FunctionReference detector_constructor;
  RunningJobs jobs;

  static InstanceData& Of(Napi::Env env) { return *env.GetInstanceData<InstanceData>(); }
};

}  // namespace faces::addon
