#pragma once

#include <cstdint>
#include <functional>

#include "types.h"

namespace faces {

/// One entry of a TIFF directory, parsed as far as needed here.
struct TiffEntry {
  uint32_t tag;
  uint32_t type;   ///< 1 BYTE, 3 SHORT, 4 LONG and so on
  uint32_t count;  ///< of values
  bool is_number;  ///< an integer type of at most 32 bits; for other types `value` is 0
  int64_t value;   ///< the first one
  size_t at;       ///< its offset from the start of `tiff`
};

/// Whether a directory could be read, and the offset of the next one.
struct TiffDirectory {
  bool is_readable = false;
  uint32_t next = 0;  ///< 0: none
};

/// Offset of the first directory of a TIFF file, or of an EXIF block's body (same structure); 0 if it is neither.
uint32_t FirstTiffDirectory(Bytes tiff);

/// Calls `use` for each entry of the directory at `directory`, in file order, at most 4096.
TiffDirectory ForEachTiffEntry(Bytes tiff, uint32_t directory, const std::function<void(const TiffEntry&)>& use);

constexpr uint32_t kOrientationTag = 274;

/// The orientation in an entry's value; 1 if invalid (TIFF 6.0, section 8).
int ValidOrientation(int64_t value);

/// The EXIF orientation, 1 to 8, of an EXIF block's body (which starts with its TIFF header): the first tag of the
/// first directory that is a single SHORT, as browsers read it; 1 if absent or invalid.
int ExifOrientation(Bytes tiff);

}  // namespace faces
