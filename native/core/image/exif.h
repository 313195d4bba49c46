#pragma once

#include <cstdint>
#include <functional>

#include "types.h"

namespace faces {

/// One entry of a TIFF directory, read as far as the fields that matter here need it.
struct TiffEntry {
  uint32_t tag;
  uint32_t type;   ///< 1 BYTE, 3 SHORT, 4 LONG and so on
  uint32_t count;  ///< of values
  bool is_number;  ///< of a whole-number type of at most 32 bits; for other types `value` is 0
  int64_t value;   ///< the first one
  size_t at;       ///< where it stands, counted from the start of `tiff`
};

/// Where a directory ended and the next one begins.
struct TiffDirectory {
  bool is_readable = false;
  uint32_t next = 0;  ///< 0: none
};

/// Where the first directory of a TIFF file, or of an EXIF block's body (the same form), stands; 0 where it is none.
uint32_t FirstTiffDirectory(Bytes tiff);

/// Calls `use` for each entry of the directory at `directory`, in the order of the file, 4096 at most.
TiffDirectory ForEachTiffEntry(Bytes tiff, uint32_t directory, const std::function<void(const TiffEntry&)>& use);

constexpr uint32_t kOrientationTag = 274;

/// The orientation that an entry's value gives; 1 for one that is none (TIFF 6.0, section 8).
int ValidOrientation(int64_t value);

/// The EXIF orientation, 1 to 8, of an EXIF block's body (which starts with its TIFF header): the first tag of the
/// first directory that is a single SHORT, as browsers read it; 1 where it is absent or makes no sense.
int ExifOrientation(Bytes tiff);

}  // namespace faces
