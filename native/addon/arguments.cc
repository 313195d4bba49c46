#include "arguments.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

namespace faces::addon {
namespace {

[[noreturn]] void Refuse(const Napi::Value& value, const std::string& expected) {
  throw Napi::TypeError::New(value.Env(), "expected " + expected);
}

Napi::Object ToObject(const Napi::Value& value) {
  if (!value.IsObject()) Refuse(value, "an object");
  return value.As<Napi::Object>();
}

double Number(const Napi::Object& object, const char* key, double min, double max) {
  const Napi::Value value = object.Get(key);
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= min && number <= max)) {
    std::ostringstream expected;
    expected << "a number from " << min << " to " << max << " for " << key;
    Refuse(object, expected.str());
  }
  return number;
}

int Integer(const Napi::Object& object, const char* key) {
  return static_cast<int>(Number(object, key, 0, std::numeric_limits<int>::max()));
}

bool Flag(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsBoolean()) Refuse(value, std::string("true or false for ") + key);
  return value.As<Napi::Boolean>().Value();
}

// The one of `values` named by the property `key`.
template <typename Value, size_t N>
Value OneOf(const Napi::Object& object, const char* key, const std::pair<const char*, Value> (&values)[N]) {
  const Napi::Value given = object.Get(key);
  const std::string name = given.IsString() ? given.As<Napi::String>().Utf8Value() : "";
  for (const auto& [known, value] : values) {
    if (name == known) return value;
  }
  Refuse(object, std::string("a known name for ") + key);
}

cv::Size FrameSize(const Napi::Object& object) {
  constexpr double kMaxSide = 1 << 15;
  return {static_cast<int>(Number(object, "width", 1, kMaxSide)),
          static_cast<int>(Number(object, "height", 1, kMaxSide))};
}

Napi::Uint8Array Array(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    Refuse(value, "a Uint8Array");
  }
  return value.As<Napi::Uint8Array>();
}

Napi::Uint8Array BytesOfLength(const Napi::Value& value, size_t bytes) {
  Napi::Uint8Array array = Array(value);
  if (array.ByteLength() != bytes) Refuse(value, "the bytes of a frame");
  return array;
}

Napi::Array List(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsArray()) Refuse(value, std::string("an array for ") + key);
  return value.As<Napi::Array>();
}

Box ReadBox(const Napi::Value& value) {
  constexpr double kMax = std::numeric_limits<double>::max();
  const Napi::Object object = ToObject(value);
  const double x = Number(object, "x", -kMax, kMax);
  const double y = Number(object, "y", -kMax, kMax);
  return {x, y, x + Number(object, "width", 0, kMax), y + Number(object, "height", 0, kMax)};
}

std::vector<Box> ReadBoxes(const Napi::Array& list) {
  std::vector<Box> boxes;
  for (uint32_t i = 0; i < list.Length(); ++i) boxes.push_back(ReadBox(list.Get(i)));
  return boxes;
}

FaceChoice ReadChoice(const Napi::Value& value) {
  if (!value.IsNumber()) return ReadBox(value);
  const double index = value.As<Napi::Number>().DoubleValue();
  if (!(index >= 0 && index <= std::numeric_limits<int>::max())) Refuse(value, "the index of a face");
  return static_cast<size_t>(index);
}

std::vector<FaceChoice> ReadChoices(const Napi::Array& list) {
  std::vector<FaceChoice> choices;
  for (uint32_t i = 0; i < list.Length(); ++i) choices.push_back(ReadChoice(list.Get(i)));
  return choices;
}

// How to hide, without what.
RedactOptions ReadHiding(const Napi::Object& object) {
  using Mode = RedactOptions::Mode;
  using Shape = RedactOptions::Shape;
  RedactOptions options;
  options.mode =
      OneOf<Mode>(object, "mode", {{"blur", Mode::kBlur}, {"pixelate", Mode::kPixelate}, {"fill", Mode::kFill}});
  options.shape = OneOf<Shape>(object, "shape", {{"ellipse", Shape::kEllipse}, {"box", Shape::kBox}});
  options.margin = Number(object, "margin", 0, 1);
  return options;
}

RedactOptions ReadRedactOptions(const Napi::Object& object) {
  using Whom = RedactOptions::Whom;
  RedactOptions options = ReadHiding(object);
  options.whom = OneOf<Whom>(object, "whom",
                             {{"all", Whom::kAll}, {"except", Whom::kAllExceptChosen}, {"only", Whom::kOnlyChosen}});
  options.chosen = ReadChoices(List(object, "chosen"));
  options.regions = ReadBoxes(List(object, "regions"));
  return options;
}

}  // namespace

Options ReadOptions(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  Options options;
  options.min_face_size = Number(object, "minFaceSize", kMinFaceSize, 1e9);
  options.pnet_threshold = static_cast<float>(Number(object, "pnetThreshold", 0, 1));
  options.rnet_threshold = static_cast<float>(Number(object, "rnetThreshold", 0, 1));
  options.onet_threshold = static_cast<float>(Number(object, "onetThreshold", 0, 1));
  // Closer to 1, the image pyramid has millions of levels.
  options.scale_factor = Number(object, "scaleFactor", 0.01, 0.99);
  options.max_faces = Integer(object, "maxFaces");
  options.max_side = Integer(object, "maxSide");
  options.sort = Flag(object, "sortByArea") ? SortBy::kArea : SortBy::kConfidence;
  options.clip = Flag(object, "clip");
  options.max_pixels = static_cast<int64_t>(Number(object, "maxPixels", 0, 1e15));
  options.accept_truncated = Flag(object, "acceptTruncated");
  options.fast_decode = Flag(object, "fastDecode");
  options.find_orientation = Flag(object, "findOrientation");
  options.quality.report = Flag(object, "faceQuality");
  options.quality.max_roll = Number(object, "maxRoll", 0, 180);
  options.quality.max_yaw = Number(object, "maxYaw", 0, 90);
  options.quality.min_sharpness = Number(object, "minSharpness", 0, 1e9);
  return options;
}

RenderOptions ReadRenderOptions(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  RenderOptions options;
  options.quality = static_cast<int>(Number(object, "quality", 0, 100));
  options.format = OneOf<std::optional<PictureFormat>>(object, "format",
                                                       {{"own", std::nullopt},
                                                        {"jpeg", PictureFormat::kJpeg},
                                                        {"png", PictureFormat::kPng},
                                                        {"webp", PictureFormat::kWebp}});
  enum class What { kAnnotate, kRedact, kCrops, kFraming };
  switch (OneOf<What>(object, "what",
                      {{"annotate", What::kAnnotate},
                       {"redact", What::kRedact},
                       {"crops", What::kCrops},
                       {"framing", What::kFraming}})) {
    case What::kAnnotate:
      options.what = AnnotateOptions{Flag(object, "landmarks"), Flag(object, "scores")};
      break;
    case What::kRedact:
      options.what = ReadRedactOptions(object);
      break;
    case What::kCrops:
      options.what = CropOptions{Flag(object, "align"), static_cast<int>(Number(object, "size", 0, 1024)),
                                 Number(object, "margin", 0, 1)};
      break;
    case What::kFraming:
      options.what = FramingOptions{static_cast<int>(Number(object, "width", 0, 65535)),
                                    static_cast<int>(Number(object, "height", 0, 65535)), Number(object, "zoom", 0, 1),
                                    Flag(object, "enlarges")};
      break;
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

EngineChoice ReadEngineChoice(const Napi::Value& value) {
  const std::string name = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  if (name == "auto") return EngineChoice::kAuto;
  if (name == "opencv") return EngineChoice::kOpenCv;
  if (name == "fused") return EngineChoice::kFused;
  Refuse(value, "auto, opencv or fused for the engine");
}

int ReadThreads(const Napi::Value& value) {
  const double threads = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
  if (!(threads >= 1 && threads <= kMaxThreads)) Refuse(value, "1 to " + std::to_string(kMaxThreads) + " threads");
  return static_cast<int>(threads);
}

std::chrono::milliseconds ReadCpuBudget(const Napi::Value& options) {
  return std::chrono::milliseconds(Integer(ToObject(options), "maxCpuMs"));
}

Bytes BorrowBytes(const Napi::Value& value) {
  const Napi::Uint8Array bytes = Array(value);
  return {bytes.Data(), bytes.ByteLength()};
}

std::vector<uint8_t> CopyBytes(const Napi::Value& value) {
  const Bytes bytes = BorrowBytes(value);
  return {bytes.data, bytes.data + bytes.size};
}

PinnedImage ReadRawImage(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  RawImage image;
  image.width = Integer(object, "width");
  image.height = Integer(object, "height");
  image.channels = Integer(object, "channels");
  image.is_rgb = Flag(object, "isRgb");
  // Last: reading a property may run JavaScript, which may detach a buffer read before.
  const Napi::Uint8Array data = Array(object.Get("data"));
  image.pixels = {data.Data(), data.ByteLength()};
  return {image, Napi::Persistent(data)};
}

FrameToRedact ReadFrameToRedact(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  FrameToRedact frame;
  frame.size = FrameSize(object);
  frame.boxes = ReadBoxes(List(object, "boxes"));
  frame.options = ReadHiding(object);
  Napi::Uint8Array data = BytesOfLength(object.Get("data"), FrameBytes(frame.size));  // last, as in ReadRawImage
  frame.data = data.Data();
  frame.pin = Napi::Persistent(data);
  return frame;
}

FrameToConvert ReadFrameToConvert(const Napi::Value& value) {
  const Napi::Object object = ToObject(value);
  FrameToConvert frame;
  frame.size = FrameSize(object);
  frame.matrix = Flag(object, "isBt709") ? YuvMatrix::kBt709 : YuvMatrix::kBt601;
  const Napi::Value data = object.Get("data"), bgr = object.Get("bgr");  // last, as in ReadRawImage
  Napi::Uint8Array from = BytesOfLength(data, FrameBytes(frame.size));
  Napi::Uint8Array to = BytesOfLength(bgr, 3 * size_t(frame.size.width) * size_t(frame.size.height));
  frame.data = from.Data();
  frame.pin = Napi::Persistent(from);
  frame.bgr = to.Data();
  frame.bgr_pin = Napi::Persistent(to);
  return frame;
}

}  // namespace faces::addon
