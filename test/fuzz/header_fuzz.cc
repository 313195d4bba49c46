// What an image says of itself: any bytes as a file for ReadHeader, and as the body of an EXIF block.
#include "error.h"
#include "image/exif.h"
#include "image/header.h"
#include "input.h"

namespace {

using faces::Bytes;
using faces::ErrorCode;
using fuzz::Require;

void ReadAsImage(Bytes file) {
  try {
    const faces::Header header = faces::ReadHeader(file);
    constexpr int64_t kMost = int64_t{1} << 32;
    Require(header.width >= 1 && header.width < kMost, "the width is at least 1 and has 32 bits");
    Require(header.height >= 1 && header.height < kMost, "the height is at least 1 and has 32 bits");
    Require(header.orientation >= 1 && header.orientation <= 8, "orientations are 1 to 8");
    Require(header.directory + 2 <= file.size, "the directory stands in the file");
  } catch (const faces::Error& error) {
    const ErrorCode code = error.code();
    Require((code == ErrorCode::kEmptyImage) == (file.size == 0), "an image is empty where it has no bytes");
    Require(code == ErrorCode::kEmptyImage || code == ErrorCode::kUnsupportedFormat || code == ErrorCode::kCorruptImage,
            "headers are refused with three codes only");
  }
}

void ReadAsExif(Bytes body) {
  size_t count = 0;
  faces::ForEachTiffEntry(body, faces::FirstTiffDirectory(body), [&](const faces::TiffEntry& entry) {
    ++count;
    Require(entry.tag <= 0xFFFF, "tags have 16 bits");
    Require(entry.is_number || entry.value == 0, "entries that hold no numbers have no value");
    Require(!entry.is_number || entry.at < body.size, "numbers stand in the block");
  });
  Require(count <= 4096 && count <= body.size / 12, "no more entries are read than the block has");
  const int orientation = faces::ExifOrientation(body);
  Require(orientation >= 1 && orientation <= 8, "orientations are 1 to 8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ReadAsImage({data, size});
  ReadAsExif({data, size});
  return 0;
}
