#pragma once

#include "types.h"

namespace faces {

/// The name of a format that is known and not read, "HEIC" for example; null where it is none of them.
const char* NameOfOtherFormat(Bytes image);

}  // namespace faces
