#include "thread_pool.h"

#include <utility>

#include "error.h"

namespace faces {

ThreadPool::ThreadPool(size_t threads) {
  try {
    while (helpers_.size() + 1 < threads) {
      const size_t thread = helpers_.size() + 1;
      helpers_.emplace_back([this, thread] { Help(thread); });
    }
  } catch (...) {
    Close();
    throw Error(ErrorCode::kOutOfMemory, "the system cannot create more threads: use fewer, or raise its limits");
  }
}

ThreadPool::~ThreadPool() { Close(); }

void ThreadPool::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_closing_ = true;
  }
  begun_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void ThreadPool::ForEach(size_t count, const Part& part) {
  std::unique_lock<std::mutex> lock(mutex_);
  part_ = &part;
  next_ = 0;
  count_ = count;
  if (count > 1) begun_.notify_all();
  TakeParts(0, lock);
  ended_.wait(lock, [this] { return running_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::Help(size_t thread) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!is_closing_) {
    TakeParts(thread, lock);
    if (running_ == 0) ended_.notify_one();
    begun_.wait(lock, [this] { return is_closing_ || next_ < count_; });
  }
}

// A part takes about a millisecond, so locking for each costs nothing.
void ThreadPool::TakeParts(size_t thread, std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const size_t index = next_++;
    ++running_;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*part_)(thread, index);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    --running_;
    if (!failure) continue;
    next_ = count_;
    if (!failure_) failure_ = std::move(failure);
  }
}

}  // namespace faces
