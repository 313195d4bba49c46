#pragma once

#include <csetjmp>

namespace faces {

/// Error exit of libjpeg and libpng by longjmp, since exceptions cannot pass through C code everywhere. A jump must not
/// skip destructors, so a step must not create objects that have one.
class JumpTarget {
 public:
  /// Runs `step`; returns false if Jump left it.
  template <typename Step>
  bool Try(Step step) {
    // NOLINTNEXTLINE(cert-err52-cpp): see above
    if (setjmp(buffer_) != 0) return false;
    step();
    return true;
  }

  /// Call within a step only.
  [[noreturn]] void Jump() { longjmp(buffer_, 1); }

 private:
  std::jmp_buf buffer_{};
};

}  // namespace faces
