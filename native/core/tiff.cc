#include "tiff.h"

#include <algorithm>

#include "bytes.h"

namespace faces {
namespace {

constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;
constexpr uint32_t kMaxEntries = 4096;

}  // namespace

int ValidOrientation(uint32_t value) { return value >= 1 && value <= 8 ? static_cast<int>(value) : 1; }

bool ForEachTiffEntry(Bytes tiff, const std::function<void(const TiffEntry&)>& use) {
  const Reader marker(tiff);
  const bool is_big_endian = marker.Matches(0, "MM\0*");
  if (!is_big_endian && !marker.Matches(0, "II*\0")) return false;
  const Reader reader(tiff, is_big_endian);
  const size_t directory = reader.U32(4);
  if (!reader.Has(directory, 2)) return false;
  const size_t count = std::min(reader.U16(directory), kMaxEntries);
  for (size_t i = 0; i < count; ++i) {
    const size_t entry = directory + 2 + i * 12;
    if (!reader.Has(entry, 12)) return false;
    const uint32_t tag = reader.U16(entry);
    const uint32_t type = reader.U16(entry + 2);
    if (type != kShort && type != kLong) {
      use({tag, false, 0, 0, 0, 0});
      continue;
    }
    const size_t value_bytes = type == kShort ? 2 : 4;
    // Up to four bytes of values stand in the entry itself, more of them elsewhere.
    const bool is_inline = reader.U32(entry + 4) <= 4 / value_bytes;
    const size_t at = is_inline ? entry + 8 : reader.U32(entry + 8);
    use({tag, true, value_bytes, reader.U32(entry + 4), type == kShort ? reader.U16(at) : reader.U32(at),
         is_inline ? at : 0});
  }
  return true;
}

int ExifOrientation(Bytes tiff) {
  int orientation = 1;
  ForEachTiffEntry(tiff, [&](const TiffEntry& entry) {
    if (entry.tag == kOrientationTag) orientation = ValidOrientation(entry.value);
  });
  return orientation;
}

}  // namespace faces
