#include <algorithm>

#include "bytes.h"
#include "exif.h"
#include "jpeg.h"
#include "jpeg_markers.h"

namespace faces {
namespace {

// The name of an unsupported kind of JPEG, by the marker of its frame; null if supported.
const char* UnsupportedKind(uint8_t marker) {
  switch (marker) {
    case 0xC3:
    case 0xCB:
      return "lossless JPEG";
    case 0xC5:
    case 0xC6:
    case 0xC7:
    case 0xCD:
    case 0xCE:
    case 0xCF:
    case 0xDE:
      return "hierarchical JPEG";
    case 0xF7:
      return "JPEG-LS";
    default:
      return nullptr;
  }
}

bool IsFrame(uint8_t marker) {
  return marker == 0xC0 || marker == 0xC1 || marker == 0xC2 || marker == 0xC9 || marker == 0xCA;
}

bool IsProgressive(uint8_t frame) { return (frame & 3) == 2; }

// Number of coefficients in all blocks of the frame whose header is at `frame`: every component is padded to whole
// units of 8x8 times its sampling factors.
int64_t Coefficients(const Reader& jpeg, size_t frame, const Header& header) {
  constexpr size_t kComponents = 10;
  int64_t blocks_of_unit = 0;
  int64_t across = 1, down = 1;
  for (size_t i = 0; i < static_cast<size_t>(header.samples); ++i) {
    const uint8_t factors = jpeg.U8(frame + kComponents + 3 * i + 1);
    const int64_t horizontal = std::clamp(factors >> 4, 1, 4), vertical = std::clamp(factors & 0xF, 1, 4);
    across = std::max(across, horizontal);
    down = std::max(down, vertical);
    blocks_of_unit += horizontal * vertical;
  }
  const auto units = [](int64_t pixels, int64_t factor) { return (pixels + 8 * factor - 1) / (8 * factor); };
  return 64 * blocks_of_unit * units(header.width, across) * units(header.height, down);
}

void ReadFrame(const Reader& jpeg, size_t frame, Header& header) {
  header.bits = jpeg.U8(frame + 4);
  header.height = jpeg.U16(frame + 5);
  header.width = jpeg.U16(frame + 7);
  header.samples = std::clamp<int>(jpeg.U8(frame + 9), 1, 4);
}

}  // namespace

Header ReadJpegHeader(Bytes bytes) {
  const Reader jpeg(bytes);
  Header header{Format::kJpeg};
  bool has_exif = false;  // only the first block is read: a million of them would take seconds
  size_t frame = 0;
  int segments = 0;
  const auto next = [&](size_t offset) { return NextJpegMarker(jpeg, offset, kMaxSegments); };
  for (size_t offset = next(2); jpeg.Has(offset, 2); offset = next(EndOfJpegSegment(jpeg, offset))) {
    const uint8_t marker = jpeg.U8(offset + 1);
    if (marker == kJpegEnd) break;
    if (++segments > kMaxSegments) ThrowCorruptHeader("JPEG");
    if (marker == kJpegScan) {
      header.first_scan = offset;
      const bool has_all = jpeg.U8(offset + 4) >= header.samples;
      const bool is_progressive = frame > 0 && IsProgressive(jpeg.U8(frame + 1));
      if (frame > 0 && (is_progressive || !has_all)) header.coefficients = Coefficients(jpeg, frame, header);
      break;
    }
    if (const char* kind = UnsupportedKind(marker)) ThrowUnsupported(kind);
    if (IsFrame(marker) && frame == 0) {
      frame = offset;
      ReadFrame(jpeg, frame, header);
    }
    if (marker == kJpegApp1 && !has_exif && jpeg.Matches(offset + 4, "Exif\0\0")) {
      header.orientation = ExifOrientation(jpeg.From(offset + 10));
      has_exif = true;
    }
  }
  if (header.width == 0 || header.height == 0) ThrowCorruptHeader("JPEG");
  if (header.bits == 12) ThrowUnsupported("12-bit JPEG");
  return header;
}

}  // namespace faces
