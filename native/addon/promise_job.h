#pragma once

#include <napi.h>

#include <optional>

#include "detector.h"

namespace faces::addon {

/// Work for a thread of the pool whose outcome settles a promise. Deletes itself when done. Whatever the work throws
/// becomes a rejection with a `code`; nothing leaves Execute.
class PromiseJob : public Napi::AsyncWorker {
 public:
  explicit PromiseJob(Napi::Env env) : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }

 protected:
  /// On the pool's thread: no JavaScript.
  virtual void Work() = 0;
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
    if (error_) {
      Napi::Error error = Napi::Error::New(Env(), error_->what());
      error.Set("code", ErrorName(error_->code()));
      deferred_.Reject(error.Value());
    } else {
      deferred_.Resolve(Result(Env()));
    }
  }

  Napi::Promise::Deferred deferred_;
  std::optional<Error> error_;
};

}  // namespace faces::addon
