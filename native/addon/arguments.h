#pragma once

#include <napi.h>

#include <chrono>
#include <string>
#include <vector>

#include "models/model.h"
#include "render/render_options.h"
#include "types.h"

namespace faces::addon {

/// Raw pixels with the JavaScript buffer that holds them, which must not be collected meanwhile. Not a copy, which
/// would hold up JavaScript: of 12 megapixels it takes 40 ms and a tenth of what their search takes.
struct PinnedImage {
  RawImage image;
  Napi::Reference<Napi::Uint8Array> pin;
};

// Arguments of the addon's functions as values of the core. src/ has validated ranges and wording before; these check
// the types that memory safety hangs on, and throw Napi::TypeError.
Options ReadOptions(const Napi::Value& value);
RenderOptions ReadRenderOptions(const Napi::Value& value);
ModelFiles ReadModelFiles(const Napi::Value& value);
EngineChoice ReadEngineChoice(const Napi::Value& value);
int ReadThreads(const Napi::Value& value);
std::chrono::milliseconds ReadCpuBudget(const Napi::Value& options);  // 0: none
PinnedImage ReadRawImage(const Napi::Value& value);
std::vector<uint8_t> CopyBytes(const Napi::Value& value);
Bytes BorrowBytes(const Napi::Value& value);  // until control goes back to JavaScript

}  // namespace faces::addon
