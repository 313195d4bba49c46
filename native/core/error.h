#pragma once

#include <atomic>
#include <stdexcept>
#include <string>

namespace faces {

/// What went wrong, as a stable word. ErrorName gives the text that JavaScript sees as `error.code`.
enum class ErrorCode {
  kUnsupportedFormat,  ///< not JPEG, PNG, WebP, BMP or TIFF, or a kind of them that is not read
  kEmptyImage,         ///< no bytes
  kCorruptImage,       ///< the right signature, but it cannot be decoded
  kTruncatedImage,     ///< the image ends early
  kTooManyPixels,      ///< width x height is over the limit
  kInvalidOption,      ///< an option or the shape of raw pixels is out of range
  kModelInvalid,       ///< weights that cannot be read, or that give numbers no face can have
  kAborted,            ///< the caller cancelled
  kOutOfMemory,        ///< an allocation failed
  kInternal,           ///< anything else: a defect of ours or of a library below
};

/// "UNSUPPORTED_FORMAT" and so on.
const char* ErrorName(ErrorCode code);

/// The only exception that core functions throw on purpose. The message is meant for the caller of the library:
/// it holds no file path and no text of OpenCV.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

/// Set by one thread, read by the job in another.
class CancelFlag {
 public:
  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool IsCancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

/// Throws Error{kAborted} once the flag is set. Called wherever a long run can stop without leaving anything behind.
void Checkpoint(const CancelFlag& cancel);

}  // namespace faces
