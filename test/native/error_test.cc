#include "error.h"

#include <chrono>
#include <ctime>
#include <thread>

#include "fixtures.h"

using namespace faces;
using fixtures::CodeOf;
using std::chrono::milliseconds;

namespace {

// Milliseconds of the processor that all threads of the process have taken.
double UsedMs() { return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Works for so long, with checkpoints.
void Work(const CancelFlag& cancel, double ms) {
  for (const double start = UsedMs(); UsedMs() - start < ms;) Checkpoint(cancel);
}

constexpr double kLong = 60'000;

}  // namespace

TEST_CASE("a flag that is set ends the run, one without a limit of its time never does by itself") {
  CancelFlag cancel;
  CHECK_NOTHROW(Work(cancel, 20));
  CHECK_NOTHROW(Work(CancelFlag(milliseconds(0)), 20));
  cancel.Cancel();
  CHECK(CodeOf([&] { Checkpoint(cancel); }) == "ABORTED");
}

TEST_CASE("a run ends when its processor time is used up, and stays ended") {
  const CancelFlag brief(milliseconds(20));
  const double start = UsedMs();
  CHECK(CodeOf([&] { Work(brief, kLong); }) == "TOO_COSTLY");
  CHECK(UsedMs() - start >= 19);
  CHECK(CodeOf([&] { Checkpoint(brief); }) == "TOO_COSTLY");
  CancelFlag both(milliseconds(20));
  both.Cancel();
  CHECK(CodeOf([&] { Work(both, kLong); }) == "ABORTED");
}

TEST_CASE("runs that follow one another on a thread do not count each other's time") {
  for (int i = 0; i < 5; ++i) {
    const CancelFlag brief(milliseconds(40));
    CHECK_NOTHROW(Work(brief, 15));
  }
}

#if defined(__linux__) || defined(__APPLE__)
TEST_CASE("waiting does not count, and threads count together") {
  const CancelFlag brief(milliseconds(60));
  Checkpoint(brief);
  std::this_thread::sleep_for(milliseconds(100));
  CHECK_NOTHROW(Checkpoint(brief));
  std::thread([&] { Work(brief, 45); }).join();
  const double start = UsedMs();
  CHECK(CodeOf([&] { Work(brief, kLong); }) == "TOO_COSTLY");
  CHECK(UsedMs() - start < 40);
}
#endif
