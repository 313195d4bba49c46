#pragma once

#include <napi.h>

#include "error.h"

namespace faces::addon {

/// The error for JavaScript, with its `code`.
inline Napi::Error CodedError(Napi::Env env, const Error& error) {
  Napi::Error coded = Napi::Error::New(env, error.what());
  coded.Set("code", ErrorName(error.code()));
  return coded;
}

}  // namespace faces::addon
