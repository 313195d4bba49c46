#include "error.h"

#include <ctime>

namespace faces {
namespace {

using std::chrono::steady_clock;

#ifdef CLOCK_THREAD_CPUTIME_ID
constexpr bool kHasThreadClock = true;
int64_t ThreadNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}
#else
constexpr bool kHasThreadClock = false;
int64_t ThreadNanoseconds() { return 0; }
#endif

// A thread's last reading of its clock.
struct LastReading {
  uint64_t run = 0;
  int64_t cpu_ns = 0;
  steady_clock::time_point at;
};

}  // namespace

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
    case ErrorCode::kTooCostly:
      return "TOO_COSTLY";
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

CancelFlag::CancelFlag(std::chrono::milliseconds max_cpu) : max_cpu_(max_cpu) {
  static std::atomic<uint64_t> runs{0};
  run_ = ++runs;
}

bool CancelFlag::IsSpent() const {
  const auto now = steady_clock::now();
  if (!kHasThreadClock) return now - made_ >= max_cpu_;
  constexpr std::chrono::milliseconds kInterval{1};  // a thread's clock is a system call, some checkpoints 100 ns apart
  thread_local LastReading last;
  if (last.run != run_) {
    last = {run_, ThreadNanoseconds(), now};
  } else if (now - last.at >= kInterval) {
    const int64_t cpu_ns = ThreadNanoseconds();
    used_ns_.fetch_add(cpu_ns - last.cpu_ns, std::memory_order_relaxed);
    last = {run_, cpu_ns, now};
  }
  return std::chrono::nanoseconds(used_ns_.load(std::memory_order_relaxed)) >= max_cpu_;
}

void Checkpoint(const CancelFlag& cancel) {
  if (cancel.IsCancelled()) throw Error(ErrorCode::kAborted, "the detection was cancelled");
  if (cancel.max_cpu().count() > 0 && cancel.IsSpent()) {
    throw Error(ErrorCode::kTooCostly, "the search takes more than the " + std::to_string(cancel.max_cpu().count()) +
                                           " ms of processor time that it may take");
  }
}

}  // namespace faces
