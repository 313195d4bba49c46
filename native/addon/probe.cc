#include "probe.h"

#include "arguments.h"
#include "coded_error.h"
#include "detector.h"
#include "image/decoding_peak.h"
#include "image/header.h"

namespace faces::addon {
namespace {

const char* FormatName(Format format) {
  switch (format) {
    case Format::kJpeg:
      return "jpeg";
    case Format::kPng:
      return "png";
    case Format::kWebp:
      return "webp";
    case Format::kBmp:
      return "bmp";
    case Format::kPnm:
      return "pnm";
    case Format::kTiff:
      break;
  }
  return "tiff";
}

}  // namespace

Napi::Value Probe(const Napi::CallbackInfo& info) {
  const Bytes bytes = BorrowBytes(info[0]);
  Header header;
  try {
    header = ReadHeader(bytes);
  } catch (...) {
    throw CodedError(info.Env(), TranslateException());
  }
  const auto number = [](int64_t value) { return static_cast<double>(value); };
  Napi::Object probe = Napi::Object::New(info.Env());
  probe.Set("format", FormatName(header.format));
  probe.Set("width", number(header.shown_width()));
  probe.Set("height", number(header.shown_height()));
  probe.Set("peakBytes", number(DecodingPeak(header, Alpha::kDropped)));
  probe.Set("peakBytesWithAlpha", number(DecodingPeak(header, Alpha::kKept)));
  return probe;
}

}  // namespace faces::addon
