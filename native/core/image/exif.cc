#include "exif.h"

#include <algorithm>

#include "bytes.h"

namespace faces {
namespace {

constexpr uint32_t kMaxEntries = 4096;
constexpr uint32_t kShort = 3;

// Size of a type (TIFF 6.0, section 2); 0 if it is not an integer of at most 32 bits.
size_t BytesOf(uint32_t type) {
  switch (type) {
    case 1:  // BYTE
    case 6:  // SBYTE
      return 1;
    case kShort:
    case 8:  // SSHORT
      return 2;
    case 4:   // LONG
    case 9:   // SLONG
    case 13:  // IFD
      return 4;
    default:
      return 0;
  }
}

int64_t ValueAt(const Reader& reader, size_t at, uint32_t type) {
  switch (type) {
    case 1:
      return reader.U8(at);
    case 6:
      return static_cast<int8_t>(reader.U8(at));
    case kShort:
      return reader.U16(at);
    case 8:
      return static_cast<int16_t>(reader.U16(at));
    case 9:
      return static_cast<int32_t>(reader.U32(at));
    default:
      return reader.U32(at);
  }
}

bool IsBigEndian(Bytes tiff) { return Reader(tiff).Matches(0, "MM\0*"); }

}  // namespace

int ValidOrientation(int64_t value) { return value >= 1 && value <= 8 ? static_cast<int>(value) : 1; }

uint32_t FirstTiffDirectory(Bytes tiff) {
  const Reader marker(tiff);
  if (!marker.Matches(0, "MM\0*") && !marker.Matches(0, "II*\0")) return 0;
  return Reader(tiff, IsBigEndian(tiff)).U32(4);
}

TiffDirectory ForEachTiffEntry(Bytes tiff, uint32_t directory, const std::function<void(const TiffEntry&)>& use) {
  const Reader reader(tiff, IsBigEndian(tiff));
  if (directory == 0 || !reader.Has(directory, 2)) return {};
  const size_t count = std::min(reader.U16(directory), kMaxEntries);
  const size_t entries = size_t{directory} + 2;
  for (size_t i = 0; i < count; ++i) {
    const size_t entry = entries + i * 12;
    if (!reader.Has(entry, 12)) return {};
    const uint32_t type = reader.U16(entry + 2);
    const uint32_t values = reader.U32(entry + 4);
    const size_t bytes = BytesOf(type);
    // Up to four bytes of values are in the entry itself, more are elsewhere.
    const size_t at = bytes == 0 || values <= 4 / bytes ? entry + 8 : reader.U32(entry + 8);
    const bool is_number = bytes > 0 && values > 0 && reader.Has(at, bytes);
    use({reader.U16(entry), type, values, is_number, is_number ? ValueAt(reader, at, type) : 0, at});
  }
  return {true, reader.U32(entries + count * 12)};
}

int ExifOrientation(Bytes tiff) {
  int orientation = 0;
  ForEachTiffEntry(tiff, FirstTiffDirectory(tiff), [&](const TiffEntry& entry) {
    const bool is_orientation = entry.tag == kOrientationTag && entry.type == kShort && entry.count == 1;
    if (is_orientation && orientation == 0) orientation = ValidOrientation(entry.value);
  });
  return std::max(orientation, 1);
}

}  // namespace faces
