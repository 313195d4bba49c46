#pragma once

#include "bytes.h"

namespace faces {

// Markers of ITU T.81, table B.1.
constexpr uint8_t kJpegEnd = 0xD9;
constexpr uint8_t kJpegScan = 0xDA;
constexpr uint8_t kJpegApp1 = 0xE1;

/// The next marker at or after `offset`, its FF included; the end where there is none. Inside entropy-coded data FF 00
/// is data and FF D0 to D7 restart it. Gives up where it has passed more of these than `most_passed`.
size_t NextJpegMarker(const Reader& jpeg, size_t offset, size_t most_passed);

/// Where the segment of the marker at `offset` ends.
inline size_t EndOfJpegSegment(const Reader& jpeg, size_t offset) {
  const uint32_t length = jpeg.U16(offset + 2);
  return offset + 2 + (length < 2 ? 2 : length);
}

/// What stands behind the front of a JPEG of several scans.
struct JpegScans {
  int count = 0;
  int64_t components = 0;  ///< in all scans together
  bool has_end = false;    ///< an end marker follows the last scan
  size_t end = 0;          ///< where that stands, or else what is no part of the picture
};

/// Follows the scans from the first one on, without decoding anything.
JpegScans FindJpegScans(const Reader& jpeg, size_t first_scan);

}  // namespace faces
