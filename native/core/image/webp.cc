#include "webp.h"

#include <webp/decode.h>

#include <algorithm>
#include <new>

#include "bytes.h"
#include "exif.h"
#include "pixels.h"

namespace faces {
namespace {

// RFC 9649.
constexpr size_t kFirstChunk = 12;
constexpr size_t kData = kFirstChunk + 8;
constexpr size_t kFrameHeader = 8 + 16;

constexpr uint8_t kAnimation = 0x02;
constexpr uint8_t kExif = 0x08;
constexpr uint8_t kAlpha = 0x10;

size_t EndOfChunk(const Reader& webp, size_t chunk) { return chunk + 8 + (webp.U32(chunk + 4) + 1ULL) / 2 * 2; }

bool IsExtended(const Reader& webp) { return webp.Matches(kFirstChunk, "VP8X"); }
bool IsAnimated(const Reader& webp) { return IsExtended(webp) && (webp.U8(kData) & kAnimation) != 0; }

// Offset of the first chunk of that name among the first 10,000; the end of the file if there is none.
template <size_t N>
size_t FindChunk(const Reader& webp, const char (&name)[N]) {
  size_t chunk = kFirstChunk;
  for (int i = 0; i < kMaxSegments && webp.Has(chunk, 8); ++i) {
    if (webp.Matches(chunk, name)) return chunk;
    chunk = EndOfChunk(webp, chunk);
  }
  return webp.size();
}

// The first frame of an animation: its place on the canvas, and the offset of its data.
struct Frame {
  int64_t x = 0, y = 0, width = 0, height = 0;
  size_t data = 0;
};

Frame FirstFrame(const Reader& webp) {
  const size_t frame = FindChunk(webp, "ANMF");
  if (!webp.Has(frame, kFrameHeader)) return {};
  const size_t at = frame + 8;
  return {2 * int64_t{webp.U24(at)}, 2 * int64_t{webp.U24(at + 3)}, int64_t{webp.U24(at + 6)} + 1,
          int64_t{webp.U24(at + 9)} + 1, frame + kFrameHeader};
}

// Offset of an image at or after `chunk`: its alpha, if wanted, or its pixels, which may include alpha; the end of the
// file if there is none.
size_t FindPixels(const Reader& webp, size_t chunk, bool with_alpha) {
  for (int i = 0; i < kMaxSegments && webp.Has(chunk, 8); ++i) {
    if (webp.Matches(chunk, "VP8 ") || webp.Matches(chunk, "VP8L")) return chunk;
    if (with_alpha && webp.Matches(chunk, "ALPH")) return chunk;
    chunk = EndOfChunk(webp, chunk);
  }
  return webp.size();
}

void ReadExtendedHeader(const Reader& webp, Header& header) {
  const uint8_t flags = webp.U8(kData);
  header.width = webp.U24(kData + 4) + 1;
  header.height = webp.U24(kData + 7) + 1;
  header.has_alpha = (flags & kAlpha) != 0;
  size_t start = kFirstChunk;
  if ((flags & kAnimation) != 0) {
    const Frame frame = FirstFrame(webp);
    header.has_alpha = header.has_alpha || frame.width < header.width || frame.height < header.height;
    start = frame.data;
  }
  header.is_lossless = webp.Matches(FindPixels(webp, start, false), "VP8L");
  if ((flags & kExif) == 0) return;
  const size_t exif = FindChunk(webp, "EXIF");
  if (!webp.Has(exif, 8)) return;
  // Some writers put the prefix of a JPEG segment before the TIFF header.
  header.orientation = ExifOrientation(webp.From(exif + 8 + (webp.Matches(exif + 8, "Exif\0\0") ? 6 : 0)));
}

// Decodes the image at or after `chunk` into `pixels`, which has its size. Skips the container, whose end may be
// missing, and alpha that is not kept, which libwebp would decode too.
void DecodeInto(const Reader& webp, size_t chunk, cv::Mat& pixels) {
  const Bytes data = webp.From(FindPixels(webp, chunk, pixels.channels() == 4));
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw Error(ErrorCode::kInternal, "libwebp is of another version");
  VP8StatusCode status = WebPGetFeatures(data.data, data.size, &config.input);
  if (status == VP8_STATUS_OK && (config.input.width != pixels.cols || config.input.height != pixels.rows)) {
    status = VP8_STATUS_BITSTREAM_ERROR;
  }
  if (status == VP8_STATUS_OK) {
    config.output.colorspace = pixels.channels() == 4 ? MODE_BGRA : MODE_BGR;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels.data;
    config.output.u.RGBA.stride = static_cast<int>(pixels.step);
    config.output.u.RGBA.size =
        pixels.step * static_cast<size_t>(pixels.rows - 1) + static_cast<size_t>(pixels.cols) * pixels.elemSize();
    status = WebPDecode(data.data, data.size, &config);
  }
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) ThrowTruncated();
  if (status != VP8_STATUS_OK) ThrowCorrupt();
}

}  // namespace

Header ReadWebpHeader(Bytes bytes) {
  const Reader webp(bytes, false);
  Header header{Format::kWebp};
  if (webp.Matches(kFirstChunk, "VP8 ") && webp.Matches(kData + 3, "\x9d\x01\x2a")) {
    header.width = webp.U16(kData + 6) & 0x3FFF;
    header.height = webp.U16(kData + 8) & 0x3FFF;
  } else if (webp.Matches(kFirstChunk, "VP8L") && webp.Matches(kData, "\x2f")) {
    header.width = (webp.U32(kData + 1) & 0x3FFF) + 1;
    header.height = (webp.U32(kData + 1) >> 14 & 0x3FFF) + 1;
    header.has_alpha = (webp.U32(kData + 1) >> 28 & 1) != 0;
    header.is_lossless = true;
  } else if (IsExtended(webp)) {
    ReadExtendedHeader(webp, header);
  }
  if (header.width == 0 || header.height == 0 || !webp.Has(kData, 10)) ThrowCorruptHeader("WebP");
  return header;
}

Decoded DecodeWebp(Bytes bytes, const Header& header, Alpha alpha) {
  const Reader webp(bytes, false);
  const cv::Size size(static_cast<int>(header.width), static_cast<int>(header.height));
  const int type = header.has_alpha && alpha == Alpha::kKept ? CV_8UC4 : CV_8UC3;
  if (!IsAnimated(webp)) {
    cv::Mat pixels = NewPixels(size, type);
    DecodeInto(webp, kFirstChunk, pixels);
    return {pixels};
  }
  const Frame frame = FirstFrame(webp);
  if (frame.data == 0) ThrowTruncated();
  if (frame.x + frame.width > header.width || frame.y + frame.height > header.height) ThrowCorrupt();
  const cv::Rect place(static_cast<int>(frame.x), static_cast<int>(frame.y), static_cast<int>(frame.width),
                       static_cast<int>(frame.height));
  cv::Mat canvas = place.size() == size ? cv::Mat(size, type) : cv::Mat(size, type, cv::Scalar::all(0));
  cv::Mat pixels = canvas(place);
  DecodeInto(webp, frame.data, pixels);
  return {canvas};
}

}  // namespace faces
