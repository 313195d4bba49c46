#include "arguments.h"

#include <cmath>

namespace faces::addon {
namespace {

[[noreturn]] void Refuse(const Napi::Value& value, const std::string& expected) {
  throw Napi::TypeError::New(value.Env(), "expected " + expected);
}

Napi::Object ToObject(const Napi::Value& value) {
  if (!value.IsObject()) Refuse(value, "an object");
  return value.As<Napi::Object>();
}

double Number(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber() || !std::isfinite(value.As<Napi::Number>().DoubleValue())) {
    Refuse(value, std::string("a finite number for ") + key);
  }
  return value.As<Napi::Number>().DoubleValue();
}

int Integer(const Napi::Object& object, const char* key) {
  const double number = Number(object, key);
  if (number < 0 || number > 2147483647.0) Refuse(object, std::string("a 31-bit number for ") + key);
  return static_cast<int>(number);
}

bool Flag(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsBoolean()) Refuse(value, std::string("true or false for ") + key);
  return value.As<Napi::Boolean>().Value();
}

Napi::Uint8Array Array(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Refuse(value, "a Uint8Array");
  }
  return value.As<Napi::Uint8Array>();
}

}  // namespace

Options ReadOptions(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  Options options;
  options.min_face_size = Number(object, "minFaceSize");
  options.pnet_threshold = static_cast<float>(Number(object, "pnetThreshold"));
  options.rnet_threshold = static_cast<float>(Number(object, "rnetThreshold"));
  options.onet_threshold = static_cast<float>(Number(object, "onetThreshold"));
  options.scale_factor = Number(object, "scaleFactor");
  options.max_faces = Integer(object, "maxFaces");
  options.max_side = Integer(object, "maxSide");
  options.sort = Flag(object, "sortByArea") ? SortBy::kArea : SortBy::kConfidence;
  options.clip = Flag(object, "clip");
  options.max_pixels = static_cast<int64_t>(Number(object, "maxPixels"));
  options.accept_truncated = Flag(object, "acceptTruncated");
  // Outside these the image pyramid has no end.
  if (!(options.min_face_size >= 12) || !(options.scale_factor > 0 && options.scale_factor < 1)) {
    Refuse(value, "minFaceSize from 12 on and scaleFactor between 0 and 1");
  }
  return options;
}

ModelFiles ReadModelFiles(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  const Napi::Array names = object.GetPropertyNames();
  ModelFiles files;
  for (uint32_t i = 0; i < names.Length(); ++i) {
    const std::string name = names.Get(i).ToString();
    const Napi::Uint8Array bytes = Array(object.Get(name));
    files[name].assign(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return files;
}

std::vector<uint8_t> CopyBytes(const Napi::Value& value) {
  const Napi::Uint8Array bytes = Array(value);
  return {bytes.Data(), bytes.Data() + bytes.ByteLength()};
}

PinnedImage ReadRawImage(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  const Napi::Uint8Array data = Array(object.Get("data"));
  RawImage image;
  image.pixels = {data.Data(), data.ByteLength()};
  image.width = Integer(object, "width");
  image.height = Integer(object, "height");
  image.channels = Integer(object, "channels");
  image.is_rgb = Flag(object, "isRgb");
  return {image, Napi::Persistent(data)};
}

}  // namespace faces::addon
