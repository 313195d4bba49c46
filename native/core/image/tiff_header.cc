#include <algorithm>
#include <iterator>
#include <set>

#include "exif.h"
#include "tiff.h"
#include "tiff_layout.h"

namespace faces {
namespace {

constexpr uint32_t kAllRows = 0xFFFFFFFF;  // means all rows

// What a directory says about an image.
struct Directory {
  TiffLayout layout;
  int orientation = 1;
  uint32_t strip_rows = kAllRows;
  uint32_t tile_width = 0, tile_height = 0;
  bool is_part = false;  // a thumbnail of another image, or a mask for it
  bool has_others_inside = false;
  bool is_raw = false;
  bool is_readable = false;
  uint32_t next = 0;
};

bool IsUsed(uint32_t tag) {
  constexpr uint32_t kTags[] = {254, 255, 256, 257, 258, 259, 262, kOrientationTag, 277, 278, 284, 322, 323, 338, 339};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

void Read(const TiffEntry& entry, Directory& directory) {
  constexpr uint32_t kReduced = 1, kMask = 4;  // bits of NewSubfileType
  constexpr int64_t kOldReduced = 2;           // of SubfileType
  constexpr int64_t kPlanar = 2, kStraightAlpha = 2;
  TiffLayout& layout = directory.layout;
  const auto value = static_cast<uint32_t>(entry.value);
  switch (entry.tag) {
    case 254:
      directory.is_part = directory.is_part || (value & (kReduced | kMask)) != 0;
      break;
    case 255:
      directory.is_part = directory.is_part || entry.value == kOldReduced;
      break;
    case 256:
      layout.width = value;
      break;
    case 257:
      layout.height = value;
      break;
    case 258:
      layout.bits = value;
      break;
    case 259:
      layout.compression = value;
      break;
    case 262:
      layout.photometric = value;
      break;
    case kOrientationTag:
      // libtiff rejects a field with several values.
      if (entry.count == 1) directory.orientation = ValidOrientation(entry.value);
      break;
    case 277:
      layout.samples = value;
      break;
    case 278:
      directory.strip_rows = value;
      break;
    case 284:
      layout.is_planar = entry.value == kPlanar;
      break;
    case 322:
      directory.tile_width = value;
      break;
    case 323:
      directory.tile_height = value;
      break;
    case 338:
      layout.is_straight_alpha = entry.value == kStraightAlpha;
      break;
    case 339:
      layout.sample_format = value;
      break;
    default:
      break;
  }
}

Directory ReadDirectory(Bytes bytes, uint32_t at) {
  constexpr uint32_t kSubDirectories = 330, kDngVersion = 50706;
  Directory directory;
  std::set<uint32_t> seen;
  bool is_invalid = false;
  const TiffDirectory end = ForEachTiffEntry(bytes, at, [&](const TiffEntry& entry) {
    directory.has_others_inside = directory.has_others_inside || entry.tag == kSubDirectories;
    directory.is_raw = directory.is_raw || entry.tag == kDngVersion;
    if (!IsUsed(entry.tag) || !seen.insert(entry.tag).second) return;
    // Numbers that are negative, of unusual types or outside the file: libtiff would read them differently.
    if (!entry.is_number || entry.value < 0) is_invalid = true;
    Read(entry, directory);
  });
  const uint32_t photometric = directory.layout.photometric;
  directory.is_raw = directory.is_raw || photometric == kColourFilterArray || photometric == kLinearRaw;
  directory.is_readable = end.is_readable && !is_invalid;
  directory.next = end.next;
  return directory;
}

struct Picture {
  Directory directory;
  uint32_t at = 0;
};

// The first image that is not part of another one; if all are, the first.
Picture FindPicture(Bytes bytes) {
  constexpr int kMaxDirectories = 100;
  const uint32_t start = FirstTiffDirectory(bytes);
  const Picture first{ReadDirectory(bytes, start), start};
  if (first.directory.is_raw || (first.directory.is_part && first.directory.has_others_inside)) {
    ThrowUnsupported("camera raw");
  }
  Picture picture = first;
  for (int i = 0; i < kMaxDirectories && picture.directory.is_part && picture.directory.next != 0; ++i) {
    picture.at = picture.directory.next;
    picture.directory = ReadDirectory(bytes, picture.at);
  }
  return picture.directory.is_part || !picture.directory.is_readable ? first : picture;
}

// An uncompressed image in one strip, which libtiff splits into strips of some 8 KB; with more than a million rows,
// only if the file has them all.
bool IsChopped(const Directory& directory, int64_t strips) {
  constexpr uint32_t kMaxRows = 1'000'000;
  const TiffLayout& layout = directory.layout;
  return strips == 1 && directory.tile_width == 0 && layout.compression == kUncompressed && !layout.is_planar &&
         layout.height <= kMaxRows;
}

}  // namespace

void CheckDepth(const TiffLayout& layout) {
  const uint32_t bits = layout.bits;
  const bool is_float = layout.sample_format == kFloat;
  const bool is_read = is_float ? bits == 16 || bits == 32 || bits == 64 : (bits >= 1 && bits <= 16) || bits == 32;
  if (!is_read || layout.sample_format < kUnsigned || layout.sample_format > kUntyped) {
    ThrowUnsupported("TIFF of " + std::to_string(bits) + "-bit " + (is_float ? "floats" : "samples"));
  }
  constexpr uint32_t kMaxSamples = 64;
  if (layout.samples > kMaxSamples) ThrowUnsupported("TIFF of more than 64 samples a pixel");
  if (layout.samples == 0) ThrowCorruptHeader("TIFF");
}

Header ReadTiffHeader(Bytes bytes) {
  constexpr uint32_t kRowByRow[] = {kUncompressed, 2, 3, 4, 5, 8, 32773, 32946};  // fax, LZW, deflate, PackBits
  const Picture picture = FindPicture(bytes);
  const Directory& directory = picture.directory;
  const TiffLayout& layout = directory.layout;
  if (!directory.is_readable || layout.width == 0 || layout.height == 0) ThrowCorruptHeader("TIFF");
  CheckDepth(layout);
  Header header{Format::kTiff};
  header.directory = picture.at;
  header.width = layout.width;
  header.height = layout.height;
  header.orientation = directory.orientation;
  header.has_alpha = HasAlpha(layout);
  header.samples = static_cast<int>(layout.samples);
  header.bits = static_cast<int>(layout.bits);
  header.is_planar = layout.is_planar && layout.samples > 1;
  header.is_converted = ColoursOf(layout) == 0;
  header.has_whole_strips =
      std::find(std::begin(kRowByRow), std::end(kRowByRow), layout.compression) == std::end(kRowByRow);
  const bool is_tiled = directory.tile_width > 0 && directory.tile_height > 0;
  const int64_t strip_width = is_tiled ? directory.tile_width : header.width;
  const int64_t strip_height =
      is_tiled ? directory.tile_height : std::clamp<int64_t>(directory.strip_rows, 1, header.height);
  const auto rounded_up = [](int64_t side, int64_t part) { return (side + part - 1) / part; };
  header.strip_pixels = Product(strip_width, strip_height);
  header.strips = Product(rounded_up(header.width, strip_width), rounded_up(header.height, strip_height));
  if (IsChopped(directory, header.strips)) header.strip_pixels = header.width;
  return header;
}

}  // namespace faces
