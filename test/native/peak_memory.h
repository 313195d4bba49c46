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

#include <fstream>
#include <string>

#include "image/pixels.h"

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

#ifdef __linux__
/// From here on PeakMegabytesSinceRestart counts anew, from what is in use now; nothing that has been freed is used
/// again.
inline void RestartPeak() {
  faces::ReturnMemory();
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// A figure of the system about this process, such as "VmRSS:", the memory that it has.
inline double StatusMegabytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(name, 0) == 0) return std::stod(line.substr(name.size())) / 1024;
  }
  return 0;
}

/// The most memory that the process has had since.
inline double PeakMegabytesSinceRestart() { return StatusMegabytes("VmHWM:"); }
#endif

}  // namespace fixtures
