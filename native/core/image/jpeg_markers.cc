#include "jpeg_markers.h"

#include <cstring>

namespace faces {
namespace {

bool IsStandalone(uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

// Markers allowed between two scans: tables, application data and comments.
bool IsBetweenScans(uint8_t marker) {
  return marker == kJpegScan || marker == 0xC4 || marker == 0xCC || (marker >= 0xDB && marker <= 0xDD) ||
         (marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE;
}

}  // namespace

size_t NextJpegMarker(const Reader& jpeg, size_t offset, size_t max_passed) {
  for (size_t passed = 0; jpeg.Has(offset, 2) && passed <= max_passed; ++passed) {
    const Bytes rest = jpeg.From(offset);
    const void* found = std::memchr(rest.data, 0xFF, rest.size - 1);
    if (found == nullptr) break;
    offset += static_cast<size_t>(static_cast<const uint8_t*>(found) - rest.data);
    const uint8_t marker = jpeg.U8(offset + 1);
    if (marker != 0x00 && marker != 0xFF && !IsStandalone(marker)) return offset;
    offset += marker == 0xFF ? 1 : 2;
  }
  return jpeg.size();
}

JpegScans FindJpegScans(const Reader& jpeg, size_t first_scan) {
  JpegScans scans;
  size_t offset = first_scan;
  while (jpeg.Has(offset, 2) && IsBetweenScans(jpeg.U8(offset + 1))) {
    if (jpeg.U8(offset + 1) == kJpegScan) {
      ++scans.count;
      scans.components += jpeg.U8(offset + 4);
    }
    offset = NextJpegMarker(jpeg, EndOfJpegSegment(jpeg, offset), jpeg.size());
  }
  scans.has_end = jpeg.Has(offset, 2) && jpeg.U8(offset + 1) == kJpegEnd;
  scans.end = offset;
  return scans;
}

}  // namespace faces
