#pragma once

#include <csetjmp>

namespace faces {

/// The way out of libjpeg and libpng, which give up by longjmp: exceptions do not pass through C code everywhere. A
/// jump must not skip a destructor, so a step makes no object that has one.
class WayOut {
 public:
  /// Runs `step`; false where it was left by Take.
  template <typename Step>
  bool Try(Step step) {
    // NOLINTNEXTLINE(cert-err52-cpp): see above
    if (setjmp(buffer_) != 0) return false;
    step();
    return true;
  }

  /// To be called within a step only.
  [[noreturn]] void Take() { longjmp(buffer_, 1); }

 private:
  std::jmp_buf buffer_{};
};

}  // namespace faces
