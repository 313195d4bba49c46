#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace faces {

/// Threads that share the work on one image: the caller's, and helpers that sleep between calls. For one caller at a
/// time.
class ThreadPool {
 public:
  /// `threads` (at least 1) includes the caller's: 1 starts none. Throws Error{kOutOfMemory} if the system cannot
  /// create more threads; those already started have then ended.
  explicit ThreadPool(size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t threads() const { return helpers_.size() + 1; }

  /// Calls part(thread, index) once for every index below `count`, and returns when all have ended. `thread` is below
  /// threads(), and different for parts that run at the same time. Parts start in order, one by one if there is a
  /// single thread. Once a part throws, no other starts; the first exception is rethrown here.
  using Part = std::function<void(size_t thread, size_t index)>;
  void ForEach(size_t count, const Part& part);

 private:
  void Help(size_t thread);
  void TakeParts(size_t thread, std::unique_lock<std::mutex>& lock);
  void Close();

  std::mutex mutex_;  // guards everything below except the helpers
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
