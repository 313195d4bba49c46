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
  // One call at a time is enough, and none keeps a process running.
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 1, 1, nullptr, nullptr, this, Look, &look_));
  check(napi_unref_threadsafe_function(env, look_));
  // Hooks are called in the reverse order: before the one by which Node.js closes that function.
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
  constexpr std::chrono::milliseconds kBetweenLooks{20};
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    changed_.wait(lock, [this] { return active_ || stopped_; });
    const bool is_over = changed_.wait_for(lock, kBetweenLooks, [this] { return !active_ || stopped_; });
    if (!is_over) napi_call_threadsafe_function(look_, nullptr, napi_tsfn_nonblocking);
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
  if (look_ != nullptr) napi_release_threadsafe_function(look_, napi_tsfn_abort);
}

void TeardownWatch::Look(napi_env env, napi_value, void* self, void*) {
  napi_value undefined = nullptr;
  bool is_equal = false;
  // Without an environment there is none any more. Comparing has no effect, but is refused as all that may run
  // JavaScript.
  const bool lives = env != nullptr && napi_get_undefined(env, &undefined) == napi_ok &&
                     napi_strict_equals(env, undefined, undefined, &is_equal) == napi_ok;
  if (!lives) static_cast<TeardownWatch*>(self)->tear_down_();
}

}  // namespace faces::addon
