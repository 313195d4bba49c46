// Registration only: what the .node file exports. The one user of these exports is src/library/native.ts.
#include <napi.h>

#include <opencv2/core/version.hpp>
#include <system_error>

#include "coded_error.h"
#include "detector_wrap.h"
#include "frame_jobs.h"
#include "image/pixels.h"
#include "instance_data.h"
#include "probe.h"
#include "promise_job.h"

namespace faces::addon {
namespace {

// cancelJobsAtTeardown(): see RunningJobs. Throws an Error with code OUT_OF_MEMORY if the system cannot create more
// threads.
void CancelJobsAtTeardown(const Napi::CallbackInfo& info) {
  try {
    InstanceData::Of(info.Env()).jobs.CancelAtTeardown(info.Env());
  } catch (const std::system_error&) {
    throw CodedError(info.Env(), Error(ErrorCode::kOutOfMemory, "the system cannot create more threads"));
  }
}

class ReturnMemoryJob final : public PromiseJob {
 public:
  using PromiseJob::PromiseJob;

 private:
  void Work() override { ReturnMemory(); }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }
};

// returnMemory(): see core/image/pixels.h. On a pool thread, since it takes some milliseconds.
Napi::Value ReturnFreedMemory(const Napi::CallbackInfo& info) {
  return Start(std::make_unique<ReturnMemoryJob>(info.Env()));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  DetectorWrap::Define(env);
  exports.Set("load", Napi::Function::New(env, DetectorWrap::Load, "load"));
  exports.Set("probe", Napi::Function::New(env, Probe, "probe"));
  exports.Set("frameToBgr", Napi::Function::New(env, FrameToBgr, "frameToBgr"));
  exports.Set("redactFrame", Napi::Function::New(env, RedactFrame, "redactFrame"));
  exports.Set("returnMemory", Napi::Function::New(env, ReturnFreedMemory, "returnMemory"));
  exports.Set("cancelJobsAtTeardown", Napi::Function::New(env, CancelJobsAtTeardown, "cancelJobsAtTeardown"));
  exports.Set("opencvVersion", CV_VERSION);
  // The tables in TypeScript must agree with these.
  Napi::Object limits = Napi::Object::New(env);
  limits.Set("minFaceSize", kMinFaceSize);
  limits.Set("maxThreads", kMaxThreads);
  exports.Set("limits", limits);
  return exports;
}

}  // namespace

NODE_API_MODULE(opencv_face_detector, Init)

}  // namespace faces::addon
