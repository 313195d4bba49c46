#pragma once

#include <napi.h>

#include <memory>

#include "detector.h"

namespace faces::addon {

/// A loaded detector as a JavaScript object with the method `detect`. Only `load` creates it.
class DetectorWrap : public Napi::ObjectWrap<DetectorWrap> {
 public:
  explicit DetectorWrap(const Napi::CallbackInfo& info);

  /// Defines the class for this environment; several threads of one process may each load the addon.
  static void Define(Napi::Env env);

  /// load(model: string, files: { [name]: Uint8Array }, engine: 'auto' | 'opencv' | 'fused', threads: number):
  /// Promise<DetectorWrap>. The weights are read on a pool thread. Rejects with code MODEL_INVALID if they, or the
  /// requested engine, cannot be used, OUT_OF_MEMORY if the system cannot create more threads. Throws TypeError for
  /// invalid arguments.
  static Napi::Value Load(const Napi::CallbackInfo& info);

  static Napi::Object Make(Napi::Env env, std::shared_ptr<Detector> detector);

 private:
  /// Properties: the engine that runs the model, and why.
  Napi::Value Engine(const Napi::CallbackInfo& info);
  Napi::Value EngineReason(const Napi::CallbackInfo& info);

  /// detect(image: Uint8Array | { data, width, height, channels, isRgb }, options, render?), returns { done, cancel()
  /// }. `done` is a promise; with `render` (NativeRender in src/library/native.ts) its result also has `format` and
  /// `pictures`. Encoded bytes are copied, raw pixels are borrowed until `done` settles. Throws TypeError for invalid
  /// arguments.
  Napi::Value Detect(const Napi::CallbackInfo& info);

  /// close(): frees the model's memory once running jobs have ended, rather than at some garbage collection, since the
  /// collector does not know its size. Any later use throws TypeError.
  Napi::Value Close(const Napi::CallbackInfo& info);

  std::shared_ptr<Detector> detector_;
};

}  // namespace faces::addon
