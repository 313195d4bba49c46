#pragma once

#include "types.h"

namespace faces {

/// The name of a known but unsupported format, "HEIC" for example; null if unknown.
const char* NameOfOtherFormat(Bytes image);

}  // namespace faces
