#include "header.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>
#include <string>

#include "bytes.h"
#include "error.h"
#include "tiff.h"

namespace faces {
namespace {

constexpr char kAccepted[] = "send JPEG, PNG, WebP, BMP or TIFF";

// Segments or chunks before the pixels: hundreds where a profile or a second picture is split into many.
constexpr int kMostInFront = 10'000;

[[noreturn]] void Corrupt(const char* format) {
  throw Error(ErrorCode::kCorruptImage, std::string("the ") + format + " header is damaged or cut short");
}

// ---- JPEG (ITU T.81, annex B) ----

bool IsStandalone(uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

// C0 to CF start a frame, but for DHT, JPG and DAC.
bool IsFrame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// The next marker at or after `offset`, its FF included; the end where there is none. Inside entropy-coded data FF 00
// is data and FF D0 to D7 restart it. Gives up where it has passed more of these than `most_passed`.
size_t NextMarker(const Reader& jpeg, size_t offset, size_t most_passed) {
  for (size_t passed = 0; jpeg.Has(offset, 2) && passed <= most_passed; ++passed) {
    const Bytes rest = jpeg.From(offset);
    if (rest.data == nullptr) break;
    const void* found = std::memchr(rest.data, 0xFF, rest.size - 1);
    if (found == nullptr) break;
    offset += static_cast<size_t>(static_cast<const uint8_t*>(found) - rest.data);
    const uint8_t marker = jpeg.U8(offset + 1);
    if (marker != 0x00 && marker != 0xFF && !IsStandalone(marker)) return offset;
    offset += marker == 0xFF ? 1 : 2;
  }
  return jpeg.size();
}

// Coefficients of all blocks of a frame whose header stands at `frame`: every component in whole units of 8x8 times its
// sampling factors.
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

Header ReadJpeg(const Reader& jpeg, Extent extent) {
  constexpr uint8_t kEnd = 0xD9;
  constexpr uint8_t kScan = 0xDA;
  constexpr uint8_t kApp1 = 0xE1;
  // Each is a pass over the whole picture, which nothing can cancel. Progressive files have about 10 (jcparam.c of
  // libjpeg), libtiff gives up at 100 and libjpeg-turbo's fuzzers at 500.
  constexpr int kMaxScans = 100;
  Header header{Format::kJpeg};
  header.is_complete = extent == Extent::kFront;
  header.scans = 0;
  bool has_exif = false;  // the first block counts: reading every one of a million would take seconds
  int segments = 0;
  int64_t coefficients = 0;
  bool is_progressive = false;
  const auto next = [&](size_t offset) {
    return NextMarker(jpeg, offset, header.scans == 0 ? kMostInFront : jpeg.size());
  };
  for (size_t offset = next(2); jpeg.Has(offset, 2); offset = next(offset)) {
    const uint8_t marker = jpeg.U8(offset + 1);
    if (marker == kEnd) {
      header.is_complete = true;
      break;
    }
    if (header.scans == 0 && ++segments > kMostInFront) Corrupt("JPEG");
    if (marker == kScan) {
      const bool has_all = jpeg.U8(offset + 4) >= header.samples;
      if (header.scans == 0 && (is_progressive || !has_all)) header.coefficients = coefficients;
      if (++header.scans > kMaxScans) {
        throw Error(ErrorCode::kCorruptImage, "the JPEG has more than " + std::to_string(kMaxScans) + " scans");
      }
      if (extent == Extent::kFront) break;
    }
    if (IsFrame(marker) && header.width == 0) {
      header.bits = jpeg.U8(offset + 4);
      header.height = jpeg.U16(offset + 5);
      header.width = jpeg.U16(offset + 7);
      header.samples = std::clamp<int>(jpeg.U8(offset + 9), 1, 4);
      coefficients = Coefficients(jpeg, offset, header);
      is_progressive = (marker & 3) == 2;  // C2, C6, CA and CE
    }
    if (marker == kApp1 && !has_exif && jpeg.Matches(offset + 4, "Exif\0\0")) {
      header.orientation = ExifOrientation(jpeg.From(offset + 10));
      has_exif = true;
    }
    offset += 2 + std::max(jpeg.U16(offset + 2), 2U);
  }
  if (header.width == 0 || header.height == 0) Corrupt("JPEG");
  return header;
}

// ---- PNG (third edition, section 5) ----

Header ReadPng(const Reader& png, Extent extent) {
  constexpr size_t kSignature = 8;
  constexpr size_t kChunkFrame = 12;  // length, type and check sum around the data
  if (!png.Matches(kSignature + 4, "IHDR")) Corrupt("PNG");
  constexpr uint8_t kColour = 2, kAlphaChannel = 4;  // bits of the colour type
  Header header{Format::kPng};
  header.width = png.U32(16);
  header.height = png.U32(20);
  header.bits = png.U8(24);
  const uint8_t type = png.U8(25);
  header.has_alpha = (type & kAlphaChannel) != 0;
  header.samples = (type & kColour) != 0 ? 3 : 1;
  header.is_complete = extent == Extent::kFront;
  bool has_exif = false;
  bool has_data = false;
  int chunks = 0;
  for (size_t chunk = kSignature; png.Has(chunk, kChunkFrame); chunk += kChunkFrame + png.U32(chunk)) {
    if (++chunks > kMostInFront) {
      if (!has_data) Corrupt("PNG");
      if (extent == Extent::kFront) break;
    }
    if (!has_exif && png.Matches(chunk + 4, "eXIf")) {
      header.orientation = ExifOrientation(png.From(chunk + 8));
      has_exif = true;
    }
    if (png.Matches(chunk + 4, "IDAT")) has_data = true;
    if (png.Matches(chunk + 4, "tRNS")) {
      header.has_alpha = true;
      if ((type & kColour) != 0) header.samples = 4;
    }
    if (png.Matches(chunk + 4, "IEND")) header.is_complete = true;
  }
  if (header.width == 0 || header.height == 0) Corrupt("PNG");
  if ((type & kAlphaChannel) != 0) header.samples = 4;  // OpenCV makes BGRA of gray as well
  return header;
}

// ---- WebP (RFC 9649) ----

Header ReadWebp(Bytes bytes, Extent extent) {
  const Reader webp(bytes, false);
  constexpr size_t kFirstChunk = 12;
  constexpr size_t kData = kFirstChunk + 8;
  constexpr size_t kFrameHeader = 8 + 16;
  Header header{Format::kWebp};
  if (webp.Matches(kFirstChunk, "VP8 ") && webp.Matches(kData + 3, "\x9d\x01\x2a")) {
    header.width = webp.U16(kData + 6) & 0x3FFF;
    header.height = webp.U16(kData + 8) & 0x3FFF;
  } else if (webp.Matches(kFirstChunk, "VP8L") && webp.Matches(kData, "\x2f")) {
    header.width = (webp.U32(kData + 1) & 0x3FFF) + 1;
    header.height = (webp.U32(kData + 1) >> 14 & 0x3FFF) + 1;
    header.has_alpha = (webp.U32(kData + 1) >> 28 & 1) != 0;
  } else if (webp.Matches(kFirstChunk, "VP8X")) {
    constexpr uint8_t kAnimation = 0x02;
    constexpr uint8_t kAlpha = 0x10;
    header.is_animated = (webp.U8(kData) & kAnimation) != 0;
    header.has_alpha = !header.is_animated && (webp.U8(kData) & kAlpha) != 0;
    header.width = webp.U24(kData + 4) + 1;
    header.height = webp.U24(kData + 7) + 1;
  }
  if (header.width == 0 || header.height == 0 || !webp.Has(kData, 10)) Corrupt("WebP");
  header.is_complete = webp.Has(8, webp.U32(4));
  bool has_pixels = false;
  int chunks = 0;
  for (size_t chunk = kFirstChunk; webp.Has(chunk, 8);) {
    if (++chunks > kMostInFront && extent == Extent::kFront) break;
    if (!has_pixels && webp.Matches(chunk, "ANMF")) {
      chunk += kFrameHeader;  // into the first frame
      continue;
    }
    const bool is_lossless = webp.Matches(chunk, "VP8L");
    if (!has_pixels && (is_lossless || webp.Matches(chunk, "VP8 "))) {
      header.is_lossless = is_lossless;
      has_pixels = true;
    }
    if (webp.Matches(chunk, "EXIF")) {
      // Some writers put the JPEG segment's prefix before the TIFF header.
      const size_t body = chunk + 8 + (webp.Matches(chunk + 8, "Exif\0\0") ? 6 : 0);
      header.orientation = ExifOrientation(webp.From(body));
      break;
    }
    chunk += 8 + (webp.U32(chunk + 4) + 1ULL) / 2 * 2;
  }
  return header;
}

// ---- BMP ----

Header ReadBmp(Bytes bytes) {
  const Reader bmp(bytes, false);
  constexpr size_t kInfo = 14;
  constexpr uint32_t kCoreHeader = 12;
  Header header{Format::kBmp};
  if (bmp.U32(kInfo) == kCoreHeader) {
    header.width = bmp.U16(kInfo + 4);
    header.height = bmp.U16(kInfo + 6);
  } else {
    header.width = static_cast<int32_t>(bmp.U32(kInfo + 4));
    header.height = std::abs(int64_t{static_cast<int32_t>(bmp.U32(kInfo + 8))});  // below zero: rows from the top
  }
  if (header.width <= 0 || header.height == 0) Corrupt("BMP");
  return header;
}

// ---- TIFF (revision 6.0) ----

// Sizes, depth and how samples lie: what memory a decoder takes, and which way we send the file.
bool IsLayout(uint32_t tag) {
  constexpr uint32_t kTags[] = {256, 257, 258, 262, kOrientationTag, 277, 278, 284, 322, 323, 338};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

Header ReadTiff(Bytes bytes) {
  constexpr uint32_t kGray = 1;
  constexpr uint32_t kRgb = 2;
  constexpr uint32_t kTogether = 1;  // the samples of a pixel
  constexpr uint32_t kUnassociatedAlpha = 2;
  constexpr uint32_t kAllRows = 0xFFFFFFFF;  // stands for however many there are
  constexpr uint32_t kNone = 1;
  constexpr uint32_t kRowByRow[] = {kNone, 2, 3, 4, 5, 8, 32773, 32946};  // fax, LZW, deflate, PackBits
  Header header{Format::kTiff};
  uint32_t strip_rows = kAllRows;
  size_t strip_rows_at = 0;
  uint32_t tile_width = 0;
  uint32_t tile_height = 0;
  uint32_t samples = 1;
  uint32_t bits = 1;
  uint32_t colour = 0;
  uint32_t planes = kTogether;
  std::set<uint32_t> seen;
  bool is_ambiguous = false;
  const bool is_readable = ForEachTiffEntry(bytes, [&](const TiffEntry& entry) {
    // libtiff would take the first of two entries and numbers of any type: other sizes than those checked here.
    if (IsLayout(entry.tag) && (!entry.is_number || !seen.insert(entry.tag).second)) is_ambiguous = true;
    switch (entry.tag) {
      case 256:
        header.width = entry.value;
        break;
      case 257:
        header.height = entry.value;
        break;
      case 258:
        bits = entry.value;
        break;
      case 259:
        header.is_compressed = entry.value != kNone;
        header.has_whole_strips =
            std::find(std::begin(kRowByRow), std::end(kRowByRow), entry.value) == std::end(kRowByRow);
        break;
      case 262:
        colour = entry.value;
        break;
      case kOrientationTag:
        // libtiff takes no field of several values.
        if (entry.count == 1) header.orientation = ValidOrientation(entry.value);
        header.orientation_at = header.orientation > 1 ? entry.inline_at : 0;
        header.orientation_bytes = entry.value_bytes;
        break;
      case 277:
        samples = entry.value;
        break;
      case 278:
        strip_rows = entry.value;
        strip_rows_at = entry.inline_at;
        break;
      case 284:
        planes = entry.value;
        break;
      case 322:
        tile_width = entry.value;
        break;
      case 323:
        tile_height = entry.value;
        break;
      case 338:
        header.alpha_kind_at = entry.value == kUnassociatedAlpha ? entry.inline_at : 0;
        break;
      default:
        break;
    }
  });
  if (!is_readable || is_ambiguous || header.width == 0 || header.height == 0) Corrupt("TIFF");
  if (samples > 5 || bits > 16) {
    throw Error(ErrorCode::kUnsupportedFormat, "TIFF with more than 5 samples or 16 bits a sample is not read");
  }
  // Of other 16-bit pictures OpenCV gives a buffer that it has filled in part; libtiff converts those it can.
  header.is_deep =
      bits == 16 && planes == kTogether && (colour == kGray ? samples == 1 : colour == kRgb && samples > 2);
  header.has_alpha = header.alpha_kind_at > 0 && colour == kRgb && samples == 4;
  if (strip_rows > header.height && strip_rows != kAllRows) header.strip_rows_at = strip_rows_at;
  header.samples = static_cast<int>(std::max(samples, 1U));
  header.bits = static_cast<int>(bits);
  header.is_planar = planes != kTogether;
  const bool is_tiled = tile_width > 0 && tile_height > 0;
  const int64_t strip_width = is_tiled ? tile_width : header.width;
  const int64_t strip_height = is_tiled ? tile_height : std::clamp<int64_t>(strip_rows, 1, header.height);
  const auto rounded_up = [](int64_t side, int64_t part) { return (side + part - 1) / part; };
  header.strip_pixels = Product(strip_width, strip_height);
  header.strips = Product(rounded_up(header.width, strip_width), rounded_up(header.height, strip_height));
  // A small picture may stand in one huge tile, and the decoder unpacks whole tiles.
  header.width = std::max<int64_t>(header.width, tile_width);
  header.height = std::max<int64_t>(header.height, tile_height);
  return header;
}

// ---- formats that are known and not read ----

const char* IsoBrand(const Reader& image) {
  if (!image.Matches(4, "ftyp")) return nullptr;
  // The brands in the order of the file: the major one, a version, then the compatible ones.
  const size_t end = std::min<size_t>(std::max(image.U32(0), 16U), 256);
  for (size_t brand = 8; brand < end; brand += brand == 8 ? 8 : 4) {
    if (image.Matches(brand, "avif") || image.Matches(brand, "avis")) return "AVIF";
    if (image.Matches(brand, "heic") || image.Matches(brand, "heix") || image.Matches(brand, "hevc") ||
        image.Matches(brand, "heim") || image.Matches(brand, "heis")) {
      return "HEIC";
    }
  }
  return image.Matches(8, "mif1") || image.Matches(8, "msf1") ? "HEIF" : "MP4";
}

// Text that opens an <svg> element within its first kilobyte.
bool IsSvg(const Reader& image) {
  size_t start = image.Matches(0, "\xEF\xBB\xBF") ? 3 : 0;
  while (image.U8(start) == ' ' || image.U8(start) == '\n' || image.U8(start) == '\r' || image.U8(start) == '\t')
    ++start;
  if (image.U8(start) != '<') return false;
  for (size_t at = start; at < start + 1024; ++at) {
    if (image.Matches(at, "<svg")) return true;
  }
  return false;
}

const char* KnownName(const Reader& image) {
  if (image.Matches(0, "GIF87a") || image.Matches(0, "GIF89a")) return "GIF";
  if (const char* brand = IsoBrand(image)) return brand;
  if (IsSvg(image)) return "SVG";
  if (image.Matches(0, "\xFF\x0A") || image.Matches(0, "\0\0\0\x0CJXL ")) return "JPEG XL";
  if (image.Matches(0, "\0\0\0\x0CjP  ") || image.Matches(0, "\xFF\x4F\xFF\x51")) return "JPEG 2000";
  if (image.Matches(0, "%PDF")) return "PDF";
  if (image.Matches(0, "8BPS")) return "Photoshop";
  if (image.Matches(0, "II+\0") || image.Matches(0, "MM\0+")) return "BigTIFF";
  return nullptr;
}

}  // namespace

Header ReadHeader(Bytes bytes, Extent extent) {
  if (bytes.size == 0) throw Error(ErrorCode::kEmptyImage, "the image is empty");
  const Reader image(bytes);
  if (image.Matches(0, "\xFF\xD8\xFF")) return ReadJpeg(image, extent);
  if (image.Matches(0, "\x89PNG\r\n\x1A\n")) return ReadPng(image, extent);
  if (image.Matches(0, "RIFF") && image.Matches(8, "WEBP")) return ReadWebp(bytes, extent);
  if (image.Matches(0, "BM")) return ReadBmp(bytes);
  if (image.Matches(0, "II*\0") || image.Matches(0, "MM\0*")) return ReadTiff(bytes);
  if (const char* name = KnownName(image)) {
    throw Error(ErrorCode::kUnsupportedFormat, std::string(name) + " is not supported: " + kAccepted);
  }
  throw Error(ErrorCode::kUnsupportedFormat, std::string("the data is not an image that is known here: ") + kAccepted);
}

}  // namespace faces
