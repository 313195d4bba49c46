#pragma once

#include "bytes.h"

namespace faces {

// Markers of ITU T.81, table B.1.
constexpr uint8_t kJpegEnd = 0xD9;
constexpr uint8_t kJpegScan = 0xDA;
constexpr uint8_t kJpegApp1 = 0xE1;

/// The offset of the next marker at or after `offset`, its FF included; the end if there is none. In entropy-coded
/// data, FF 00 is data, and FF D0 to D7 are restart markers. Gives up after passing more than `max_passed` of these.
size_t NextJpegMarker(const Reader& jpeg, size_t offset, size_t max_passed);

/// End of the segment of the marker at `offset`.
inline size_t EndOfJpegSegment(const Reader& jpeg, size_t offset) {
  const uint32_t length = jpeg.U16(offset + 2);
  return offset + 2 + (length < 2 ? 2 : length);
}

/// The scans of a multi-scan JPEG.
struct JpegScans {
  int count = 0;
  int64_t components = 0;  ///< summed over all scans
  bool has_end = false;    ///< an end marker follows the last scan
  size_t end = 0;          ///< offset of that marker, or else of what is not part of the image
};

/// Follows the scans, starting at the first one, without decoding.
JpegScans FindJpegScans(const Reader& jpeg, size_t first_scan);

}  // namespace faces
