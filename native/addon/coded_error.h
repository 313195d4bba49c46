#pragma once

#include <napi.h>

#include "error.h"

namespace faces::addon {

/// The error that JavaScript sees, with the stable word as its `code`.
inline Napi::Error CodedError(Napi::Env env, const Error& error) {
  Napi::Error coded = Napi::Error::New(env, error.what());
  coded.Set("code", ErrorName(error.code()));
  return coded;
}

}  // namespace faces::addon
