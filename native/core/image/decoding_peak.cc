#include "decoding_peak.h"

#include <algorithm>
#include <string>

#include "error.h"

namespace faces {
namespace {

// Channels of the result: BGR or BGRA.
int64_t Channels(const Header& header, Alpha alpha) { return header.has_alpha && alpha == Alpha::kKept ? 4 : 3; }

int64_t JpegBytes(const Header& header) {
  constexpr int64_t kCoefficient = 2;
  return kCoefficient * header.coefficients + 3 * header.pixels();
}

int64_t WebpBytes(const Header& header, Alpha alpha) {
  // libwebp keeps a whole lossless image as 32-bit pixels; alpha of a lossy one is such an image, plus a plane.
  const bool is_alpha_kept = Channels(header, alpha) == 4;
  const int64_t inside = header.is_lossless ? 4 : is_alpha_kept ? 4 + 1 : 0;
  return header.pixels() * (Channels(header, alpha) + inside);
}

// One strip or tile at a time, besides the image.
int64_t TiffBytes(const Header& header, Alpha alpha) {
  const int64_t bytes = (header.bits + 7) / 8;
  // What codecs keep per strip: a JPEG's coefficients, or whole strips for the rarer codecs.
  const int64_t codec = header.has_whole_strips ? int64_t{2} * header.samples : 0;
  // Planes are combined in 8 bits; libtiff converts to 32-bit pixels.
  const int64_t planes = header.is_planar ? bytes + header.samples : bytes * header.samples;
  const int64_t strip = header.is_converted ? 4 + bytes * std::max(header.samples, 3) : planes;
  // Only matters if there are more strips than rows: what libtiff records per strip, for every sample.
  constexpr int64_t kStripBookkeeping = 24;
  const int64_t strips = Product(header.strips, header.is_planar ? header.samples : 1);
  return Channels(header, alpha) * header.pixels() + Product(strip + codec, header.strip_pixels) +
         Product(kStripBookkeeping, std::max<int64_t>(strips - header.height, 0));
}

int64_t DecoderBytes(const Header& header, Alpha alpha) {
  switch (header.format) {
    case Format::kJpeg:
      return JpegBytes(header);
    case Format::kWebp:
      return WebpBytes(header, alpha);
    case Format::kTiff:
      return TiffBytes(header, alpha);
    case Format::kPnm:
      return (3 + header.samples) * header.pixels();
    case Format::kPng:
    case Format::kBmp:
      break;
  }
  return Channels(header, alpha) * header.pixels();
}

std::string Megabytes(int64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

}  // namespace

int64_t PixelBytes(const Header& header, Alpha alpha) {
  // 5 to 8 swap the sides, which takes a second image; the others work in place.
  const int64_t turned = header.orientation >= 5 ? 2 * Channels(header, alpha) * header.pixels() : 0;
  return std::max(DecoderBytes(header, alpha), turned);
}

int64_t DecodingPeak(const Header& header, Alpha alpha) {
  constexpr int64_t kTables = 1 << 20;
  constexpr int64_t kRows = 128;           // bytes per column: rows of libjpeg and libpng, 16 of three or four samples
  constexpr int64_t kRowBookkeeping = 64;  // bytes per row: its offset and its strip's
  return PixelBytes(header, alpha) + kTables + kRows * header.width + kRowBookkeeping * header.height;
}

void CheckPixels(int64_t width, int64_t height, int64_t max_pixels) {
  if (width > max_pixels / height) {
    throw Error(ErrorCode::kTooManyPixels, "the image is " + std::to_string(width) + " x " + std::to_string(height) +
                                               " pixels, the limit is " + std::to_string(max_pixels) + " in all");
  }
}

void CheckCost(const Header& header, int64_t max_pixels, Alpha alpha) {
  CheckPixels(header.width, header.height, max_pixels);
  constexpr int64_t kMinLimit = 32'000'000;
  const int64_t limit = std::max(kDecodingBytesPerPixel * max_pixels, kMinLimit);
  const int64_t bytes = PixelBytes(header, alpha);
  if (bytes > limit) {
    throw Error(ErrorCode::kTooManyPixels, "decoding the image takes " + Megabytes(bytes) +
                                               " of memory, the limit is " + Megabytes(limit) +
                                               ": store it with fewer bits, in more strips or as JPEG");
  }
  // Strips and tiles may extend beyond the image, and are unpacked whole: small images in huge tiles, or in very many
  // of them.
  const int64_t unpacked = Product(header.strips, header.strip_pixels);
  const int64_t unpacked_limit = std::max(2 * max_pixels, kMinLimit);
  if (unpacked > unpacked_limit) {
    throw Error(ErrorCode::kTooManyPixels, "the strips or tiles of the image have " + std::to_string(unpacked) +
                                               " pixels in all, the limit is " + std::to_string(unpacked_limit));
  }
}

}  // namespace faces
