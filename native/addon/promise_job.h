#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>

#include "coded_error.h"
#include "detector.h"
#include "instance_data.h"

namespace faces::addon {

/// Work on a pool thread whose outcome settles a promise. Deletes itself when done. Any exception of the work becomes a
/// rejection with a `code`, as does a result that cannot be converted to JavaScript; no exception leaves Execute.
class PromiseJob : public Napi::AsyncWorker {
 public:
  explicit PromiseJob(Napi::Env env)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), jobs_(InstanceData::Of(env).jobs) {
    jobs_.Add(this);
  }
  ~PromiseJob() override { jobs_.Remove(this); }

  Napi::Promise Promise() const { return deferred_.Promise(); }

  /// Stops the work as soon as possible, or before it starts. For an environment that is being torn down: the promise
  /// may never settle.
  void CancelForGood() {
    CancelWork();
    napi_cancel_async_work(Env(), *this);  // has no effect once the work has started
  }

 protected:
  /// Runs on the pool thread: no JavaScript.
  virtual void Work() = 0;
  /// Runs on the JavaScript thread, before, during or after Work.
  virtual void CancelWork() {}
  /// Runs on the JavaScript thread, after Work has returned without throwing.
  virtual Napi::Value Result(Napi::Env env) = 0;

 private:
  void Execute() final {
    try {
      Work();
    } catch (...) {
      error_ = TranslateException();
    }
  }

  // AsyncWorker treats an error with an empty message as success; with the error kept here, OnOK is always called.
  void OnOK() final {
    if (!error_) {
      try {
        deferred_.Resolve(Result(Env()));
        return;
      } catch (...) {
        error_ = TranslateException();
      }
    }
    Reject(*error_);
  }

  // Only called if there was no memory to keep the error.
  void OnError(const Napi::Error& error) final { Reject(Error(ErrorCode::kOutOfMemory, error.Message())); }

  void Reject(const Error& error) { deferred_.Reject(CodedError(Env(), error).Value()); }

  Napi::Promise::Deferred deferred_;
  RunningJobs& jobs_;
  std::optional<Error> error_;
};

/// Queues the job, which owns itself from then on.
inline Napi::Promise Start(std::unique_ptr<PromiseJob> job) {
  const Napi::Promise promise = job->Promise();
  job->Queue();
  static_cast<void>(job.release());
  return promise;  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the job deletes itself when it has ended
}

}  // namespace faces::addon
