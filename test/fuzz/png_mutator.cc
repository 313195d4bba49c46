// Mends the check sums of a PNG's chunks after libFuzzer has changed it: libpng throws away a chunk whose sum is wrong,
// and changes by chance never come to what it does with the others. The file begins after the byte of options.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

// PNG, third edition, annex D.
uint32_t Crc32(const uint8_t* data, size_t size) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

size_t BigEndian(const uint8_t* bytes) {
  return size_t{bytes[0]} << 24 | size_t{bytes[1]} << 16 | size_t{bytes[2]} << 8 | bytes[3];
}

void MendCheckSums(uint8_t* png, size_t size) {
  constexpr size_t kSignature = 8;
  constexpr size_t kFrame = 12;  // length, type and check sum around the data
  for (size_t chunk = kSignature; chunk + kFrame <= size;) {
    const size_t length = BigEndian(png + chunk);
    if (length > size - chunk - kFrame) return;
    const uint32_t sum = Crc32(png + chunk + 4, length + 4);
    for (size_t i = 0; i < 4; ++i) png[chunk + 8 + length + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
    chunk += kFrame + length;
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  const size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  const bool leaves_wrong_sums = seed % 16 == 0;
  if (!leaves_wrong_sums && mutated > 9 && std::memcmp(data + 1, "\x89PNG\r\n\x1A\n", 8) == 0) {
    MendCheckSums(data + 1, mutated - 1);
  }
  return mutated;
}
