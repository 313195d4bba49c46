#pragma once

#include <napi.h>

#include <memory>
#include <optional>
#include <string>

#include "coded_error.h"
#include "detector.h"
#include "instance_data.h"

namespace faces::addon {

/// Work for a thread of the pool whose outcome settles a promise. Deletes itself when done. Whatever the work throws
/// becomes a rejection with a `code`, and so does a result that JavaScript does not take; nothing leaves Execute.
class PromiseJob : public Napi::AsyncWorker {
 public:
  explicit PromiseJob(Napi::Env env)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), jobs_(InstanceData::Of(env).jobs) {
    jobs_.Add(this);
  }
  ~PromiseJob() override { jobs_.Remove(this); }

  Napi::Promise Promise() const { return deferred_.Promise(); }

  /// Ends the work as soon as it can be, or before it has begun. For an environment that is being torn down: the
  /// promise may never settle.
  void CancelForGood() {
    CancelWork();
    napi_cancel_async_work(Env(), *this);  // refused where the work has begun
  }

 protected:
  /// On the pool's thread: no JavaScript.
  virtual void Work() = 0;
  /// On the JavaScript thread, before, during or after Work.
  virtual void CancelWork() {}
  /// On the JavaScript thread, after Work has ended without throwing.
  virtual Napi::Value Result(Napi::Env env) = 0;

 private:
  void Execute() final {
    try {
      Work();
    } catch (...) {
      error_ = TranslateException();
    }
  }

  // AsyncWorker takes a job whose error has an empty text for a success; with the error kept here it always comes to
  // OnOK.
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

  // Unless there was no memory left to keep one.
  void OnError(const Napi::Error& error) final { Reject(Error(ErrorCode::kOutOfMemory, error.Message())); }

  void Reject(const Error& error) { deferred_.Reject(CodedError(Env(), error).Value()); }

  Napi::Promise::Deferred deferred_;
  RunningJobs& jobs_;
  std::optional<Error> error_;
};

/// Queues the job, which from then on owns itself.
inline Napi::Promise Start(std::unique_ptr<PromiseJob> job) {
  const Napi::Promise promise = job->Promise();
  job->Queue();
  static_cast<void>(job.release());
  return promise;  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): Node deletes the job when it has ended
}

}  // namespace faces::addon
