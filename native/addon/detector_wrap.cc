#include "detector_wrap.h"

#include <utility>

#include "arguments.h"
#include "detect_job.h"
#include "instance_data.h"
#include "load_job.h"

namespace faces::addon {
namespace {

// Distinguishes objects of this class from others that JavaScript may call its methods on.
constexpr napi_type_tag kTag{0x8d5c1f0a6b3e4d27, 0xa1f94c7e20b85d63};

void CheckThis(const Napi::CallbackInfo& info) {
  if (!info.This().IsObject() || !info.This().As<Napi::Object>().CheckTypeTag(&kTag)) {
    throw Napi::TypeError::New(info.Env(), "this is not a detector");
  }
}

void CheckOpen(const Napi::CallbackInfo& info, const std::shared_ptr<Detector>& detector) {
  CheckThis(info);
  if (!detector) throw Napi::TypeError::New(info.Env(), "this detector is closed");
}

}  // namespace

void DetectorWrap::Define(Napi::Env env) {
  auto* data = new InstanceData;
  env.SetInstanceData(data);  // deleted with the environment
  data->detector_constructor = Napi::Persistent(DefineClass(
      env, "NativeDetector",
      {InstanceMethod<&DetectorWrap::Detect>("detect"), InstanceAccessor<&DetectorWrap::Engine>("engine"),
       InstanceAccessor<&DetectorWrap::EngineReason>("engineReason"), InstanceMethod<&DetectorWrap::Close>("close")}));
}

DetectorWrap::DetectorWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DetectorWrap>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "a detector is made by load()");
  }
  detector_ = *info[0].As<Napi::External<std::shared_ptr<Detector>>>().Data();
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

Napi::Object DetectorWrap::Make(Napi::Env env, std::shared_ptr<Detector> detector) {
  return InstanceData::Of(env).detector_constructor.New(
      {Napi::External<std::shared_ptr<Detector>>::New(env, &detector)});
}

Napi::Value DetectorWrap::Load(const Napi::CallbackInfo& info) {
  if (info.Length() != 4 || !info[0].IsString()) {
    throw Napi::TypeError::New(info.Env(), "load takes a model name, its files, an engine and a number of threads");
  }
  return Start(std::make_unique<LoadJob>(info.Env(), info[0].As<Napi::String>(), ReadModelFiles(info[1]),
                                         ReadEngineChoice(info[2]), ReadThreads(info[3])));
}

Napi::Value DetectorWrap::Engine(const Napi::CallbackInfo& info) {
  CheckOpen(info, detector_);
  return Napi::String::New(info.Env(), detector_->engine().name);
}

Napi::Value DetectorWrap::EngineReason(const Napi::CallbackInfo& info) {
  CheckOpen(info, detector_);
  return Napi::String::New(info.Env(), detector_->engine().reason);
}

Napi::Value DetectorWrap::Close(const Napi::CallbackInfo& info) {
  CheckThis(info);
  detector_.reset();
  return info.Env().Undefined();
}

Napi::Value DetectorWrap::Detect(const Napi::CallbackInfo& info) {
  CheckOpen(info, detector_);
  if (info.Length() < 2 || info.Length() > 3) {
    throw Napi::TypeError::New(info.Env(), "detect takes an image, options and what to render");
  }
  const Options options = ReadOptions(info[1]);
  std::optional<RenderOptions> render;
  if (!info[2].IsUndefined()) render = ReadRenderOptions(info[2]);
  auto cancel = std::make_shared<CancelFlag>(ReadCpuBudget(info[1]));
  DetectJob::Image image = info[0].IsTypedArray() ? DetectJob::Image(CopyBytes(info[0])) : ReadRawImage(info[0]);
  Napi::Object handle = Napi::Object::New(info.Env());
  handle.Set("cancel", Napi::Function::New(
                           info.Env(), [cancel](const Napi::CallbackInfo&) { cancel->Cancel(); }, "cancel"));
  handle.Set("done", Start(std::make_unique<DetectJob>(info.Env(), detector_, std::move(image), options, render,
                                                       std::move(cancel))));
  return handle;
}

}  // namespace faces::addon
