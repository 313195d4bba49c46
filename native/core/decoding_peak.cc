#include "decoding_peak.h"

#include <algorithm>
#include <string>

#include "error.h"

namespace faces {
namespace {

// Of what is handed on: BGR, or BGRA.
int64_t Channels(const Header& header, Alpha alpha) { return header.has_alpha && alpha == Alpha::kKept ? 4 : 3; }

int64_t SampleBytes(const Header& header) { return header.bits > 8 ? 2 : 1; }

int64_t JpegBytes(const Header& header) {
  constexpr int64_t kCoefficient = 2;
  return kCoefficient * header.coefficients + 3 * header.pixels();
}

int64_t PngBytes(const Header& header, Alpha alpha) {
  if (Channels(header, alpha) == 3) return 3 * header.pixels();
  // As stored, then 8 bits of it, as BGR or BGRA.
  const int64_t stored = SampleBytes(header) * header.samples;
  const bool is_as_needed = header.bits <= 8 && header.samples == 4;
  return header.pixels() * (is_as_needed ? stored : stored + (header.samples == 4 ? 4 : 3));
}

int64_t WebpBytes(const Header& header, Alpha alpha) {
  // OpenCV decodes with alpha where there is some, and drops it then. A frame of an animation may have it unannounced.
  const bool is_bgra = header.has_alpha || (header.is_animated && header.is_lossless);
  const int64_t output = is_bgra ? 4 : 3;
  // libwebp keeps a whole lossless picture as 32-bit pixels; alpha beside a lossy one is such a picture, and a plane.
  const int64_t inside = header.is_lossless ? 4 : header.has_alpha ? 4 + 1 : 0;
  const int64_t without_alpha = is_bgra && alpha == Alpha::kDropped ? output + 3 : output;
  return header.pixels() * std::max(output + inside, without_alpha);
}

int64_t TiffBytes(const Header& header, Alpha alpha) {
  const int64_t bytes = SampleBytes(header);
  const int64_t left_over = std::max<int64_t>(header.pixels() - header.strip_pixels, 0);
  // What codecs keep of a strip: coefficients of a JPEG, whole strips of the rarer ones.
  const int64_t codec = header.has_whole_strips ? int64_t{2} * header.samples * header.strip_pixels : 0;
  // More strips than rows are a case of their own: what libtiff notes of each.
  constexpr int64_t kNotes = 24;
  // Of a plane that stands apart libtiff also reads the whole strip as it is stored.
  const int64_t stored = header.is_planar ? bytes * header.strip_pixels : 0;
  const int64_t beside = kNotes * std::max<int64_t>(header.strips - header.height, 0) + stored;
  if (header.is_deep) {
    const int64_t output = int64_t{2} * std::min(header.samples, 4);
    const int64_t strip = bytes * header.samples * header.strip_pixels;
    return beside +
           std::max(output * header.pixels() + strip + codec, (output + Channels(header, alpha)) * header.pixels());
  }
  // Strip by strip through libtiff's conversion to 32-bit pixels.
  const int64_t planes = header.is_planar ? std::max(header.samples, 3) : header.samples;
  const int64_t strip = header.strip_pixels * (4 + bytes * planes) + codec;
  const int64_t channels = Channels(header, alpha);
  return beside + std::max(strip + channels * left_over, 4 * header.strip_pixels + channels * header.pixels());
}

int64_t DecoderBytes(const Header& header, Alpha alpha) {
  switch (header.format) {
    case Format::kJpeg:
      return JpegBytes(header);
    case Format::kPng:
      return PngBytes(header, alpha);
    case Format::kWebp:
      return WebpBytes(header, alpha);
    case Format::kTiff:
      return TiffBytes(header, alpha);
    case Format::kBmp:
      break;
  }
  return 3 * header.pixels();
}

// Copies of the file (image.cc), and what libtiff reads of it at once.
int64_t Copies(const Header& header) {
  switch (header.format) {
    case Format::kJpeg:
      return header.is_complete ? 0 : 1;
    case Format::kPng:
      return 1;
    case Format::kWebp:
      return header.is_animated ? 1 : 0;
    case Format::kTiff:
      return (header.is_compressed ? 1 : 0) +
             (header.strip_rows_at + header.alpha_kind_at + header.orientation_at > 0 ? 1 : 0);
    case Format::kBmp:
      break;
  }
  return 0;
}

std::string Megabytes(int64_t bytes) { return std::to_string((bytes + 999'999) / 1'000'000) + " MB"; }

}  // namespace

int64_t PixelBytes(const Header& header, Alpha alpha) {
  // 5 to 8 swap the sides, which takes a second picture; the others turn in place.
  const int64_t turned = header.orientation >= 5 ? 2 * Channels(header, alpha) * header.pixels() : 0;
  return std::max(DecoderBytes(header, alpha), turned);
}

int64_t DecodingPeak(const Header& header, size_t file_bytes, Alpha alpha) {
  constexpr int64_t kTables = 1 << 20;
  constexpr int64_t kRows = 128;  // bytes for each column: rows of libjpeg and libpng, 16 of three or four samples
  constexpr int64_t kOfRow = 64;  // where it begins, where its strip lies
  return PixelBytes(header, alpha) + kTables + kRows * header.width + kOfRow * header.height +
         Copies(header) * static_cast<int64_t>(file_bytes);
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
  const int64_t most_scans = std::max(kScannedPixels / header.pixels(), kScansOfAnySize);
  if (header.scans > most_scans) {
    throw Error(ErrorCode::kTooManyPixels, "the JPEG has " + std::to_string(header.scans) + " scans of " +
                                               std::to_string(header.pixels()) + " pixels, the limit of this size is " +
                                               std::to_string(most_scans));
  }
}

}  // namespace faces
