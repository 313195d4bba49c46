#include "thread_pool.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#ifdef __linux__
#include <sys/resource.h>
#endif

#include "counted_memory.h"
#include "fixtures.h"

using namespace faces;
using fixtures::CodeOf;

namespace {

#ifdef __linux__
// The state of every thread of this process but the calling one: R runs or would like to, S sleeps.
std::string OtherThreads() {
  std::string states;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "stat");
    std::string stat{std::istreambuf_iterator<char>(file), {}};
    const bool is_caller = std::filesystem::read_symlink("/proc/thread-self").filename() == task.path().filename();
    if (!is_caller && !stat.empty()) states += stat.at(stat.rfind(')') + 2);
  }
  return states;
}

// Looks again until it is so: a thread takes a moment to fall asleep or to be gone.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}
#endif

}  // namespace

TEST_CASE("every index comes once, whatever the number of threads") {
  for (const size_t threads : {1U, 2U, 3U, 5U}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    for (const size_t count : {0U, 1U, 2U, 7U, 1000U}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::atomic<int>> calls(count);
      std::vector<std::atomic<bool>> is_busy(threads);
      std::atomic<bool> is_shared{false};
      pool.ForEach(count, [&](size_t thread, size_t index) {
        if (is_busy.at(thread).exchange(true)) is_shared = true;
        ++calls.at(index);
        is_busy.at(thread) = false;
      });
      for (const auto& call : calls) CHECK(call == 1);
      CHECK_FALSE(is_shared);
    }
  }
}

TEST_CASE("a single thread is the caller's, and takes the parts in their order") {
  ThreadPool pool(1);
  std::vector<size_t> order;
  pool.ForEach(5, [&](size_t thread, size_t index) {
    CHECK(thread == 0);
    order.push_back(index);
  });
  CHECK(order == std::vector<size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("parts run at the same time, on different threads") {
  constexpr size_t kThreads = 3;
  ThreadPool pool(kThreads);
  std::mutex mutex;
  std::condition_variable changed;
  std::set<size_t> present;
  std::atomic<bool> is_complete{true};
  pool.ForEach(kThreads, [&](size_t thread, size_t) {
    std::unique_lock<std::mutex> lock(mutex);
    present.insert(thread);
    changed.notify_all();
    // Each waits for all the others; one after another they would wait in vain.
    if (!changed.wait_for(lock, std::chrono::seconds(60), [&] { return present.size() == kThreads; }))
      is_complete = false;
  });
  CHECK(is_complete);
}

TEST_CASE("what a part throws comes to the caller, no other begins, and the threads go on serving") {
  for (const size_t threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      std::atomic<size_t> begun{0};
      CHECK(CodeOf([&] {
              pool.ForEach(1000, [&](size_t, size_t index) {
                ++begun;
                if (index >= 3) throw Error(ErrorCode::kAborted, "enough");
              });
            }) == "ABORTED");
      CHECK(begun <= 3 + threads);  // each thread that had begun one by then
      std::atomic<int> served{0};
      pool.ForEach(10, [&](size_t, size_t) { ++served; });
      CHECK(served == 10);
    }
  }
}

#ifdef __linux__
TEST_CASE("threads without work sleep, and end with the pool") {
  const size_t before = OtherThreads().size();
  {
    ThreadPool pool(4);
    pool.ForEach(100, [](size_t, size_t) {});
    CHECK(Eventually([&] { return OtherThreads() == std::string(before + 3, 'S'); }));
  }
  CHECK(Eventually([&] { return OtherThreads().size() == before; }));
}
#endif

// Sanitizers need memory of their own for a thread and end the process without it.
#if defined(__GLIBC__) && !defined(FACES_MEMORY_IS_WATCHED)
TEST_CASE("where the system gives no more threads an error says so, and those started have ended") {
  const size_t before = OtherThreads().size();
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_AS, &old) == 0);
  const rlimit tight{pages * 4096 + (size_t{64} << 20), old.rlim_max};  // for the stacks of a few threads
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  const std::string code = CodeOf([] { ThreadPool pool(500); });
  REQUIRE(setrlimit(RLIMIT_AS, &old) == 0);
  CHECK(code == "OUT_OF_MEMORY");
  CHECK(Eventually([&] { return OtherThreads().size() == before; }));
  CHECK(ThreadPool(3).threads() == 3);
}
#endif
