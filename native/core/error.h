#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace faces {

/// What went wrong, as a stable code. ErrorName returns the text that JavaScript sees as `error.code`.
enum class ErrorCode {
  kUnsupportedFormat,  ///< not JPEG, PNG, WebP, BMP, TIFF or PNM, or an unsupported variant
  kEmptyImage,         ///< no bytes
  kCorruptImage,       ///< the right signature, but it cannot be decoded
  kTruncatedImage,     ///< the image ends early
  kTooManyPixels,      ///< width x height or decoding memory is over the limit
  kTooCostly,          ///< the run has used up its processor time
  kInvalidOption,      ///< an option or the shape of raw pixels is out of range
  kModelInvalid,       ///< weights that cannot be read, or that produce impossible numbers
  kAborted,            ///< the caller cancelled
  kOutOfMemory,        ///< an allocation failed
  kInternal,           ///< anything else: a defect of ours or of a library below
};

/// "UNSUPPORTED_FORMAT" and so on.
const char* ErrorName(ErrorCode code);

/// The only exception that core functions throw on purpose. The message is meant for users of the library: it contains
/// no file path and no text from OpenCV.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

/// Why an image is incomplete that was searched anyway (Options::accept_truncated).
struct Defect {
  ErrorCode code;  ///< kTruncatedImage or kCorruptImage
  std::string message;
};

/// Stops a run early: when the caller cancels it from another thread, or when its threads together have used up their
/// processor time.
class CancelFlag {
 public:
  CancelFlag() = default;
  /// `max_cpu`: 0 for no limit. A thread's time counts from its first checkpoint with this flag. On systems without
  /// per-thread clocks, wall time from now on.
  explicit CancelFlag(std::chrono::milliseconds max_cpu);

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool IsCancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  /// The processor time limit; 0: none.
  std::chrono::milliseconds max_cpu() const { return max_cpu_; }
  /// Adds the calling thread's processor time since it last did so here, if that was at least a millisecond ago;
  /// returns whether the run has used up its time.
  bool IsSpent() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::chrono::milliseconds max_cpu_{0};
  uint64_t run_ = 0;  // distinguishes runs on threads that serve several
  std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
  mutable std::atomic<int64_t> used_ns_{0};
};

/// Throws Error{kAborted} once the flag is set, Error{kTooCostly} once the processor time is used up. Called wherever a
/// long run can stop cleanly, at least every 50 ms except during single OpenCV calls.
void Checkpoint(const CancelFlag& cancel);

}  // namespace faces
