#pragma once

#include <napi.h>

#include <chrono>
#include <string>
#include <vector>

#include "image/yuv_frame.h"
#include "models/model.h"
#include "render/render_options.h"
#include "types.h"

namespace faces::addon {

/// Raw pixels, with a reference that keeps their JavaScript buffer from being collected. Not copied: for 12 megapixels
/// that would block JavaScript for 40 ms, a tenth of the time of their search.
struct PinnedImage {
  RawImage image;
  Napi::Reference<Napi::Uint8Array> pin;
};

/// A frame of a film (image/yuv_frame.h), its bytes pinned like those of a PinnedImage, and what to hide on it.
struct FrameToRedact {
  uint8_t* data = nullptr;
  cv::Size size;
  std::vector<Box> boxes;
  RedactOptions options;
  Napi::Reference<Napi::Uint8Array> pin;
};

/// A frame of a film and a place for its pixels as BGR, both pinned.
struct FrameToConvert {
  const uint8_t* data = nullptr;
  cv::Size size;
  YuvMatrix matrix = YuvMatrix::kBt601;
  uint8_t* bgr = nullptr;
  Napi::Reference<Napi::Uint8Array> pin, bgr_pin;
};

// Convert the arguments of the addon's functions into values of the core. src/ has already validated ranges, with
// messages for users; these functions check the types that memory safety depends on, and throw Napi::TypeError.
Options ReadOptions(const Napi::Value& value);
RenderOptions ReadRenderOptions(const Napi::Value& value);
ModelFiles ReadModelFiles(const Napi::Value& value);
EngineChoice ReadEngineChoice(const Napi::Value& value);
int ReadThreads(const Napi::Value& value);
std::chrono::milliseconds ReadCpuBudget(const Napi::Value& options);  // 0: none
PinnedImage ReadRawImage(const Napi::Value& value);
FrameToRedact ReadFrameToRedact(const Napi::Value& value);
FrameToConvert ReadFrameToConvert(const Napi::Value& value);
std::vector<uint8_t> CopyBytes(const Napi::Value& value);
Bytes BorrowBytes(const Napi::Value& value);  // valid until control returns to JavaScript

}  // namespace faces::addon
