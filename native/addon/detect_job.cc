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
  Napi::Object object = Napi::Object::New(env);
  for (size_t i = 0; i < landmarks.size(); ++i) object.Set(kLandmarkNames[i], ToObject(env, landmarks[i]));
  return object;
}

Napi::Object ToObject(Napi::Env env, const FaceQuality& quality) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("roll", quality.roll);
  object.Set("yaw", quality.yaw);
  object.Set("pitch", quality.pitch);
  object.Set("sharpness", quality.sharpness);
  object.Set("brightness", quality.brightness);
  object.Set("size", quality.size);
  return object;
}

Napi::Object ToObject(Napi::Env env, const Face& face) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("box", ToObject(env, face.box));
  object.Set("confidence", face.confidence);
  if (face.landmarks) object.Set("landmarks", ToObject(env, *face.landmarks));
  if (face.quality) object.Set("quality", ToObject(env, *face.quality));
  return object;
}

Napi::Object ToObject(Napi::Env env, const Picture& picture) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("width", picture.width);
  object.Set("height", picture.height);
  object.Set("data", Napi::Buffer<uint8_t>::Copy(env, picture.bytes.data(), picture.bytes.size()));
  return object;
}

const char* FormatName(PictureFormat format) {
  switch (format) {
    case PictureFormat::kJpeg:
      return "jpeg";
    case PictureFormat::kWebp:
      return "webp";
    case PictureFormat::kPng:
      break;
  }
  return "png";
}

}  // namespace

namespace {

// An array for JavaScript, though there is never more than one defect.
Napi::Array ToArray(Napi::Env env, const Defect& defect) {
  Napi::Object warning = Napi::Object::New(env);
  warning.Set("code", ErrorName(defect.code));
  warning.Set("message", defect.message);
  Napi::Array warnings = Napi::Array::New(env, 1);
  warnings.Set(0U, warning);
  return warnings;
}

}  // namespace

DetectJob::DetectJob(Napi::Env env, std::shared_ptr<Detector> detector, Image image, const Options& options,
                     const std::optional<RenderOptions>& render, std::shared_ptr<CancelFlag> cancel)
    : PromiseJob(env),
      detector_(std::move(detector)),
      image_(std::move(image)),
      options_(options),
      render_(render),
      cancel_(std::move(cancel)) {}

void DetectJob::Work() {
  const auto run = [&](const auto& image) {
    if (render_) {
      result_ = detector_->Render(image, options_, *render_, *cancel_);
    } else {
      result_.detection = detector_->Detect(image, options_, *cancel_);
    }
  };
  if (const auto* bytes = std::get_if<std::vector<uint8_t>>(&image_)) {
    run(Bytes{bytes->data(), bytes->size()});
  } else {
    run(std::get<PinnedImage>(image_).image);
  }
}

Napi::Value DetectJob::Result(Napi::Env env) {
  const Detection& detection = result_.detection;
  Napi::Object result = Napi::Object::New(env);
  result.Set("width", detection.width);
  result.Set("height", detection.height);
  Napi::Array faces = Napi::Array::New(env, detection.faces.size());
  for (uint32_t i = 0; i < faces.Length(); ++i) faces.Set(i, ToObject(env, detection.faces[i]));
  result.Set("faces", faces);
  Napi::Object timings = Napi::Object::New(env);
  for (const Stage& stage : detection.stages) timings.Set(stage.name, stage.ms);
  result.Set("timings", timings);
  if (detection.turn) result.Set("turn", 90 * *detection.turn);
  if (detection.left_out) result.Set("leftOut", static_cast<double>(*detection.left_out));
  if (detection.defect) result.Set("warnings", ToArray(env, *detection.defect));
  if (!render_) return result;
  result.Set("format", FormatName(result_.format));
  Napi::Array pictures = Napi::Array::New(env, result_.pictures.size());
  for (uint32_t i = 0; i < pictures.Length(); ++i) pictures.Set(i, ToObject(env, result_.pictures[i]));
  result.Set("pictures", pictures);
  if (result_.framing) {
    const cv::Rect& part = result_.framing->part;
    result.Set("part", ToObject(env, Box{1.0 * part.x, 1.0 * part.y, 1.0 * part.br().x, 1.0 * part.br().y}));
    result.Set("focalPoint", ToObject(env, result_.framing->focus));
  }
  return result;
}

}  // namespace faces::addon
