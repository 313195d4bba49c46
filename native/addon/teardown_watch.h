#pragma once

#include <napi.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace faces::addon {

/// Tells when an environment is being torn down, as that of a worker thread is by `terminate()`, while there are jobs.
/// Node.js calls clean-up hooks too late: it waits for the jobs first, with nothing but its event loop still running.
/// So a thread has the loop call us every few milliseconds, and where JavaScript may not run any more, that is it.
/// All functions are for the environment's own thread.
class TeardownWatch {
 public:
  /// `tear_down` may be called more than once. Throws Napi::Error, and std::system_error where the system gives no more
  /// threads.
  TeardownWatch(Napi::Env env, std::function<void()> tear_down);
  ~TeardownWatch();
  TeardownWatch(const TeardownWatch&) = delete;
  TeardownWatch& operator=(const TeardownWatch&) = delete;

  /// Whether there are jobs.
  void SetActive(bool active);

 private:
  void Tick();
  void Stop();
  static void Look(napi_env env, napi_value, void* self, void*);

  const std::function<void()> tear_down_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool active_ = false;
  bool stopped_ = false;
  napi_threadsafe_function look_ = nullptr;  ///< of the thread below, from its first activity on
  std::thread thread_;
};

}  // namespace faces::addon
