#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace faces {

/// What went wrong, as a stable word. ErrorName gives the text that JavaScript sees as `error.code`.
enum class ErrorCode {
  kUnsupportedFormat,  ///< not JPEG, PNG, WebP, BMP, TIFF or PNM, or a kind of them that is not read
  kEmptyImage,         ///< no bytes
  kCorruptImage,       ///< the right signature, but it cannot be decoded
  kTruncatedImage,     ///< the image ends early
  kTooManyPixels,      ///< width x height is over the limit, or what decoding so many would take
  kTooCostly,          ///< the run has used up its processor time
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

/// Why a picture that was searched nevertheless is not whole (Options::accept_truncated).
struct Defect {
  ErrorCode code;  ///< kTruncatedImage or kCorruptImage
  std::string message;
};

/// Ends a run early: when its caller says so from another thread, or when its threads have together used up the
/// processor time that it may take.
class CancelFlag {
 public:
  CancelFlag() = default;
  /// `max_cpu`: 0 for any. A thread's time counts from its first checkpoint with this flag on. On systems that have
  /// no clock for a thread's own time it is the time on the wall, from now on.
  explicit CancelFlag(std::chrono::milliseconds max_cpu);

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool IsCancelled() const { return cancelled_.load(std::memory_order_relaxed); }

  /// What the run may take; 0: as much as it needs.
  std::chrono::milliseconds max_cpu() const { return max_cpu_; }
  /// Counts what the calling thread has taken since it last came here, if that was a millisecond ago; says whether the
  /// run has used up what it may take.
  bool IsSpent() const;

 private:
  std::atomic<bool> cancelled_{false};
  std::chrono::milliseconds max_cpu_{0};
  uint64_t run_ = 0;  // tells runs apart on threads that serve several
  std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
  mutable std::atomic<int64_t> used_ns_{0};
};

/// Throws Error{kAborted} once the flag is set, Error{kTooCostly} once its processor time is used up. Called wherever a
/// long run can stop without leaving anything behind, at least every 50 ms but for single calls of OpenCV's.
void Checkpoint(const CancelFlag& cancel);

}  // namespace faces
