#pragma once

#include "arguments.h"
#include "promise_job.h"

namespace faces::addon {

/// Hides faces on a frame of a film, in the caller's buffer.
class RedactFrameJob : public PromiseJob {
 public:
  RedactFrameJob(Napi::Env env, FrameToRedact frame) : PromiseJob(env), frame_(std::move(frame)) {}

 private:
  void Work() override;
  void CancelWork() override { cancel_.Cancel(); }
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

  FrameToRedact frame_;
  CancelFlag cancel_;
};

/// Writes the pixels of a frame of a film as BGR into the caller's buffer.
class ConvertFrameJob : public PromiseJob {
 public:
  ConvertFrameJob(Napi::Env env, FrameToConvert frame) : PromiseJob(env), frame_(std::move(frame)) {}

 private:
  void Work() override;
  Napi::Value Result(Napi::Env env) override { return env.Undefined(); }

  FrameToConvert frame_;
};

/// redactFrame(frame) and frameToBgr(frame): see NativeAddon in src/library/native.ts.
Napi::Value RedactFrame(const Napi::CallbackInfo& info);
Napi::Value FrameToBgr(const Napi::CallbackInfo& info);

}  // namespace faces::addon
