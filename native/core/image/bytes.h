#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "types.h"

namespace faces {

// Offsets are sums of 32-bit lengths chosen by an attacker; in 64 bits they cannot overflow.
static_assert(sizeof(size_t) == 8, "64-bit platforms only");

/// Bounds-checked reader of borrowed bytes. Reads beyond the end return 0; use Has to check.
class Reader {
 public:
  explicit Reader(Bytes bytes, bool is_big_endian = true) : bytes_(bytes), is_big_endian_(is_big_endian) {}

  size_t size() const { return bytes_.size; }
  bool Has(size_t offset, size_t count) const { return offset <= bytes_.size && count <= bytes_.size - offset; }
  Bytes From(size_t offset) const {
    return Has(offset, 0) ? Bytes{bytes_.data + offset, bytes_.size - offset} : Bytes{};
  }

  uint8_t U8(size_t offset) const { return Has(offset, 1) ? bytes_.data[offset] : uint8_t{0}; }
  uint32_t U16(size_t offset) const { return Number(offset, 2); }
  uint32_t U24(size_t offset) const { return Number(offset, 3); }
  uint32_t U32(size_t offset) const { return Number(offset, 4); }

  /// Whether the bytes of `text` (without its terminating zero) are at `offset`.
  template <size_t N>
  bool Matches(size_t offset, const char (&text)[N]) const {
    return Has(offset, N - 1) && std::memcmp(bytes_.data + offset, text, N - 1) == 0;
  }

 private:
  uint32_t Number(size_t offset, size_t count) const {
    uint32_t value = 0;
    if (!Has(offset, count)) return value;
    for (size_t i = 0; i < count; ++i) {
      value = value << 8 | bytes_.data[offset + (is_big_endian_ ? i : count - 1 - i)];
    }
    return value;
  }

  Bytes bytes_;
  bool is_big_endian_;
};

}  // namespace faces
