#include "decoding_peak.h"

#include <algorithm>
#include <string>

#include "error.h"

namespace faces {
namespace {

// Of what is handed on: BGR, or BGRA.
int64_t Channels(const Header& header, Alpha alpha) { return header.has_alpha && alpha == Alpha::kKept ? 4 : 3; }

int64_t JpegBytes(const Header& header) {
  constexpr int64_t kCoefficient = 2;
  return kCoefficient * header.coefficients + 3 * header.pixels();
}

int64_t WebpBytes(const Header& header, Alpha alpha) {
  // libwebp keeps a whole lossless picture as 32-bit pixels; alpha beside a lossy one is such a picture, and a plane.
  const bool is_alpha_kept = Channels(header, alpha) == 4;
  const int64_t inside = header.is_lossless ? 4 : is_alpha_kept ? 4 + 1 : 0;
  return header.pixels() * (Channels(header, alpha) + inside);
}

// One strip or tile at a time, beside the picture.
int64_t TiffBytes(const Header& header, Alpha alpha) {
  const int64_t bytes = (header.bits + 7) / 8;
  // What codecs keep of a strip: coefficients of a JPEG, whole strips of the rarer ones.
  const int64_t codec = header.has_whole_strips ? int64_t{2} * header.samples : 0;
  // Planes are put together in 8 bits; libtiff converts to 32-bit pixels.
  const int64_t planes = header.is_planar ? bytes + header.samples : bytes * header.samples;
  const int64_t strip = header.is_converted ? 4 + bytes * std::max(header.samples, 3) : planes;
  // More strips than rows are a case of their own: what libtiff notes of each, those of every sample.
  constexpr int64_t kNotes = 24;
  const int64_t strips = Product(header.strips, header.is_planar ? header.samples : 1);
  return Channels(header, alpha) * header.pixels() + Product(strip + codec, header.strip_pixels) +
         Product(kNotes, std::max<int64_t>(strips - header.height, 0));
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
  // 5 to 8 swap the sides, which takes a second picture; the others turn in place.
  const int64_t turned = header.orientation >= 5 ? 2 * Channels(header, alpha) * header.pixels() : 0;
  return std::max(DecoderBytes(header, alpha), turned);
}

int64_t DecodingPeak(const Header& header, Alpha alpha) {
  constexpr int64_t kTables = 1 << 20;
  constexpr int64_t kRows = 128;  // bytes for each column: rows of libjpeg and libpng, 16 of three or four samples
  constexpr int64_t kOfRow = 64;  // where it begins, where its strip lies
  return PixelBytes(header, alpha) + kTables + kRows * header.width + kOfRow * header.height;
}

void CheckPixels(int64_t width, int64_t height, int64_t max_pixels) {
  if (width > max_pixels / height) {
    throw Error(ErrorCode::kTooManyPixels, "the image is " + std::to_string(width) + " x " + std::to_string(height) +
                                               " pixels, the limit is " + std::to_string(max_pixels) + " in all");
  }
}

void CheckCost(const Header& header, int64_t max_pixels, Alpha alpha) {
  CheckPixels(header.width, header.height, max_pixels);
  constexpr int64_t kAlways = 32'000'000;
  const int64_t most = std::max(kDecodingBytesPerPixel * max_pixels, kAlways);
  const int64_t bytes = PixelBytes(header, alpha);
  if (bytes > most) {
    throw Error(ErrorCode::kTooManyPixels, "decoding the image takes " + Megabytes(bytes) +
                                               " of memory, the limit is " + Megabytes(most) +
                                               ": store it with fewer bits, in more strips or as JPEG");
  }
  // Blocks reach beyond the picture, and are unpacked whole: small pictures in huge tiles, or in a great many of them.
  const int64_t unpacked = Product(header.strips, header.strip_pixels);
  const int64_t most_unpacked = std::max(2 * max_pixels, kAlways);
  if (unpacked > most_unpacked) {
    throw Error(ErrorCode::kTooManyPixels, "the strips or tiles of the image have " + std::to_string(unpacked) +
                                               " pixels in all, the limit is " + std::to_string(most_unpacked));
  }
}

}  // namespace faces
