#pragma once

#ifdef _WIN32
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
// After the above.
#include <psapi.h>
#else
#include <sys/resource.h>
#endif

#include <doctest/doctest.h>

namespace fixtures {

/// The most memory that the process has had so far.
inline double PeakMegabytes() {
#ifdef _WIN32
  PROCESS_MEMORY_COUNTERS counters{};
  REQUIRE(K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters));
  return static_cast<double>(counters.PeakWorkingSetSize) / (1 << 20);
#else
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
#else
  return static_cast<double>(usage.ru_maxrss) / (1 << 10);
#endif
#endif
}

}  // namespace fixtures
