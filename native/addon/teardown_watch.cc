#include "teardown_watch.h"

#include <chrono>
#include <utility>

namespace faces::addon {

TeardownWatch::TeardownWatch(Napi::Env env, std::function<void()> tear_down) : tear_down_(std::move(tear_down)) {
  const Napi::String name = Napi::String::New(env, "TeardownWatch");
  thread_ = std::thread([this] { Tick(); });
  const auto check = [&](napi_status status) {
    if (status == napi_ok) return;
    Stop();
    throw Napi::Error::New(env);
  };
  // One queued call is enough, and must not keep the process running.
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 1, 1, nullptr, nullptr, this, Poll, &poll_));
  check(napi_unref_threadsafe_function(env, poll_));
  // Hooks are called in reverse order: this one before the one with which Node.js closes that function.
  const auto stop = [](void* self) { static_cast<TeardownWatch*>(self)->Stop(); };
  check(napi_add_env_cleanup_hook(env, stop, this));
}

TeardownWatch::~TeardownWatch() { Stop(); }

void TeardownWatch::SetActive(bool active) {
  const std::lock_guard<std::mutex> lock(mutex_);
  active_ = active;
  changed_.notify_one();
}

void TeardownWatch::Tick() {
  constexpr std::chrono::milliseconds kInterval{20};
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    changed_.wait(lock, [this] { return active_ || stopped_; });
    const bool is_over = changed_.wait_for(lock, kInterval, [this] { return !active_ || stopped_; });
    if (!is_over) napi_call_threadsafe_function(poll_, nullptr, napi_tsfn_nonblocking);
  }
}

void TeardownWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_one();
  }
  thread_.join();
  if (poll_ != nullptr) napi_release_threadsafe_function(poll_, napi_tsfn_abort);
}

void TeardownWatch::Poll(napi_env env, napi_value, void* self, void*) {
  napi_value undefined = nullptr;
  bool is_equal = false;
  // Without an environment, it is already gone. The comparison has no effect, but is refused, like everything that may
  // run JavaScript, once teardown has begun.
  const bool is_alive = env != nullptr && napi_get_undefined(env, &undefined) == napi_ok &&
                        napi_strict_equals(env, undefined, undefined, &is_equal) == napi_ok;
  if (!is_alive) static_cast<TeardownWatch*>(self)->tear_down_();
}

}  // namespace faces::addon
