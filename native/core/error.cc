#include "error.h"

namespace faces {

const char* ErrorName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnsupportedFormat:
      return "UNSUPPORTED_FORMAT";
    case ErrorCode::kEmptyImage:
      return "EMPTY_IMAGE";
    case ErrorCode::kCorruptImage:
      return "CORRUPT_IMAGE";
    case ErrorCode::kTruncatedImage:
      return "TRUNCATED_IMAGE";
    case ErrorCode::kTooManyPixels:
      return "TOO_MANY_PIXELS";
    case ErrorCode::kInvalidOption:
      return "INVALID_OPTION";
    case ErrorCode::kModelInvalid:
      return "MODEL_INVALID";
    case ErrorCode::kAborted:
      return "ABORTED";
    case ErrorCode::kOutOfMemory:
      return "OUT_OF_MEMORY";
    case ErrorCode::kInternal:
      break;
  }
  return "INTERNAL";
}

void Checkpoint(const CancelFlag& cancel) {
  if (cancel.IsCancelled()) throw Error(ErrorCode::kAborted, "the detection was cancelled");
}

}  // namespace faces
