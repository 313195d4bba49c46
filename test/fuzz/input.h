#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "types.h"

// What the fuzz targets share: reading numbers off the input, and ending the run where a promise is broken.
namespace fuzz {

/// Ends the process with `promise` on standard error, by the signal that libFuzzer and replay take for a find.
inline void Require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "BROKEN PROMISE: %s\n", promise);
  std::abort();
}

/// Reads numbers from the front of the input; beyond its end they are 0.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool IsEmpty() const { return size_ == 0; }
  /// What has not been read, which the input owns.
  faces::Bytes Rest() const { return {data_, size_}; }

  /// What has not been read, over and over, as `count` bytes; zeros where all has.
  std::vector<uint8_t> Pattern(size_t count) const {
    std::vector<uint8_t> pattern(count);
    for (size_t i = 0; i < count && size_ > 0; ++i) pattern[i] = data_[i % size_];
    return pattern;
  }

  template <typename T>
  T Take() {
    uint8_t bytes[sizeof(T)] = {};
    const size_t taken = size_ < sizeof(T) ? size_ : sizeof(T);
    if (taken > 0) std::memcpy(bytes, data_, taken);
    data_ += taken;
    size_ -= taken;
    T value;
    std::memcpy(&value, bytes, sizeof(T));
    return value;
  }

  /// `from` to `to`, both possible; they are at most 255 apart.
  int Between(int from, int to) { return from + Take<uint8_t>() % (to - from + 1); }
  bool Flip() { return (Take<uint8_t>() & 1) != 0; }
  /// 0 to 1, both possible.
  double Share() { return Take<uint8_t>() / 255.0; }

 private:
  const uint8_t* data_;
  size_t size_;
};

}  // namespace fuzz
