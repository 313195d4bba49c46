#pragma once

#include <napi.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace faces::addon {

/// Detects while jobs run that an environment is being torn down, as `terminate()` does with a worker thread. Node.js
/// calls clean-up hooks too late: it first waits for the jobs, with only its event loop running. So a thread makes the
/// loop call us every few milliseconds; once JavaScript may no longer run, teardown has begun. All functions must be
/// called on the environment's own thread.
class TeardownWatch {
 public:
  /// `tear_down` may be called more than once. Throws Napi::Error, and std::system_error if the system cannot create
  /// more threads.
  TeardownWatch(Napi::Env env, std::function<void()> tear_down);
  ~TeardownWatch();
  TeardownWatch(const TeardownWatch&) = delete;
  TeardownWatch& operator=(const TeardownWatch&) = delete;

  /// Set while there are jobs.
  void SetActive(bool active);

 private:
  void Tick();
  void Stop();
  static void Poll(napi_env env, napi_value, void* self, void*);

  const std::function<void()> tear_down_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool active_ = false;
  bool stopped_ = false;
  napi_threadsafe_function poll_ = nullptr;  ///< calls Poll; used by the thread below
  std::thread thread_;
};

}  // namespace faces::addon
