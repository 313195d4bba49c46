#pragma once

#include <napi.h>

#include <memory>

#include "detector.h"

namespace faces::addon {

/// A loaded detector as JavaScript sees it: an object with the method `detect`. Made by `load` only.
class DetectorWrap : public Napi::ObjectWrap<DetectorWrap> {
 public:
  explicit DetectorWrap(const Napi::CallbackInfo& info);

  /// Keeps the class for this environment; several threads of one process may each load the addon.
  static void Define(Napi::Env env);

  /// load(model: string, files: { [name]: Uint8Array }, engine: 'auto' | 'opencv' | 'fused', threads: number):
  /// Promise<DetectorWrap>. The weights are read on a thread of the pool; rejects with code MODEL_INVALID where they,
  /// or the engine asked for, cannot be used, OUT_OF_MEMORY where the system gives no more threads. Throws TypeError
  /// for other arguments.
  static Napi::Value Load(const Napi::CallbackInfo& info);

  static Napi::Object Make(Napi::Env env, std::shared_ptr<Detector> detector);

 private:
  /// Properties: what runs the model, and why.
  Napi::Value Engine(const Napi::CallbackInfo& info);
  Napi::Value EngineReason(const Napi::CallbackInfo& info);

  /// detect(image: Uint8Array | { data, width, height, channels, isRgb }, options, render?), to { done, cancel() }.
  /// `done` is a promise; with `render` (NativeRender in src/library/native.ts) its result has `format` and `pictures`
  /// too. Encoded bytes are copied, raw pixels are borrowed until `done` settles. Throws TypeError for other arguments.
  Napi::Value Detect(const Napi::CallbackInfo& info);

  /// close(): gives the model's memory back once running jobs have ended, not when JavaScript's collector comes by,
  /// which knows nothing of it. Every other use throws TypeError from then on.
  Napi::Value Close(const Napi::CallbackInfo& info);

  std::shared_ptr<Detector> detector_;
};

}  // namespace faces::addon
