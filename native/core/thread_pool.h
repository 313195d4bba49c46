#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace faces {

/// The threads that share the work on one picture: the caller's, and helpers that sleep between calls. Not for use by
/// two callers at once.
class ThreadPool {
 public:
  /// `threads` (at least 1), the caller's among them: 1 starts none. Throws Error{kOutOfMemory} where the system gives
  /// no more threads; those started before have ended then.
  explicit ThreadPool(size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t threads() const { return helpers_.size() + 1; }

  /// Calls part(thread, index) once for every index under `count` and returns when all have ended. `thread` is under
  /// threads(), and no two parts that run at once have the same. Parts begin in their order, one by one where there is
  /// a single thread. Once a part has thrown, no other begins; what the first of them threw is thrown here.
  using Part = std::function<void(size_t thread, size_t index)>;
  void ForEach(size_t count, const Part& part);

 private:
  void Help(size_t thread);
  void TakeParts(size_t thread, std::unique_lock<std::mutex>& lock);
  void Close();

  std::mutex mutex_;  // guards all below but the helpers
  std::condition_variable begun_;
  std::condition_variable ended_;
  const Part* part_ = nullptr;
  size_t next_ = 0;
  size_t count_ = 0;
  size_t running_ = 0;
  std::exception_ptr failure_;
  bool is_closing_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace faces
