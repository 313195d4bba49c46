#pragma once

#include <cstdint>
#include <functional>

#include "types.h"

namespace faces {

/// One entry of a TIFF directory, read as far as the fields that matter here need it.
struct TiffEntry {
  uint32_t tag;
  bool is_number;      ///< of type SHORT or LONG; for other types the fields below are 0
  size_t value_bytes;  ///< of each value: 2 or 4
  uint32_t count;      ///< of values
  uint32_t value;      ///< the first one
  size_t inline_at;    ///< where it stands, counted from the start of `tiff`, if in the entry itself; else 0
};

/// Calls `use` for each entry of the first directory of `tiff`, which is a TIFF file or the body of an EXIF block (the
/// same form). Answers false where there is no readable directory. Reads no more than 4096 entries.
bool ForEachTiffEntry(Bytes tiff, const std::function<void(const TiffEntry&)>& use);

constexpr uint32_t kOrientationTag = 274;

/// The orientation that an entry's value gives; 1 for one that is none (TIFF 6.0, section 8).
int ValidOrientation(uint32_t value);

/// The EXIF orientation, 1 to 8, of an EXIF block's body (which starts with its TIFF header); 1 where it is absent or
/// makes no sense.
int ExifOrientation(Bytes tiff);

}  // namespace faces
