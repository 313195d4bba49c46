#include "detect_job.h"

#include <utility>

namespace faces::addon {
namespace {

Napi::Object ToObject(Napi::Env env, const Point& point) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("x", point.x);
  object.Set("y", point.y);
  return object;
}

Napi::Object ToObject(Napi::Env env, const Box& box) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("x", box.x1);
  object.Set("y", box.y1);
  object.Set("width", box.x2 - box.x1);
  object.Set("height", box.y2 - box.y1);
  return object;
}

Napi::Object ToObject(Napi::Env env, const Landmarks& landmarks) {
  constexpr const char* kNames[] = {"leftEye", "rightEye", "nose", "mouthLeft", "mouthRight"};
  Napi::Object object = Napi::Object::New(env);
  for (size_t i = 0; i < landmarks.size(); ++i) object.Set(kNames[i], ToObject(env, landmarks[i]));
  return object;
}

Napi::Object ToObject(Napi::Env env, const Face& face) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("box", ToObject(env, face.box));
  object.Set("confidence", face.confidence);
  if (face.landmarks) object.Set("landmarks", ToObject(env, *face.landmarks));
  return object;
}

}  // namespace

DetectJob::DetectJob(Napi::Env env, std::shared_ptr<Detector> detector, Image image, const Options& options,
                     std::shared_ptr<CancelFlag> cancel)
    : PromiseJob(env),
      detector_(std::move(detector)),
      image_(std::move(image)),
      options_(options),
      cancel_(std::move(cancel)) {}

void DetectJob::Work() {
  if (const auto* bytes = std::get_if<std::vector<uint8_t>>(&image_)) {
    detection_ = detector_->Detect(Bytes{bytes->data(), bytes->size()}, options_, *cancel_);
  } else {
    detection_ = detector_->Detect(std::get<PinnedImage>(image_).image, options_, *cancel_);
  }
}

Napi::Value DetectJob::Result(Napi::Env env) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("width", detection_.width);
  result.Set("height", detection_.height);
  Napi::Array faces = Napi::Array::New(env, detection_.faces.size());
  for (uint32_t i = 0; i < faces.Length(); ++i) faces.Set(i, ToObject(env, detection_.faces[i]));
  result.Set("faces", faces);
  Napi::Object timings = Napi::Object::New(env);
  for (const Stage& stage : detection_.stages) timings.Set(stage.name, stage.ms);
  result.Set("timings", timings);
  return result;
}

}  // namespace faces::addon
