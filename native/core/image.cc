#include "image.h"

#include <algorithm>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "bytes.h"
#include "decoding_peak.h"
#include "error.h"
#include "header.h"

namespace faces {
namespace {

// Turning stored pixels for display: 5 to 8 swap the sides, then some flip.
bool FlipsSideways(int orientation) { return orientation % 4 == 2 || orientation % 4 == 3; }
bool FlipsUpsideDown(int orientation) { return orientation % 4 == 3 || orientation % 4 == 0; }

void ApplyOrientation(cv::Mat& image, int orientation) {
  const bool sideways = FlipsSideways(orientation);
  const bool upside_down = FlipsUpsideDown(orientation);
  if (orientation >= 5) image = image.t();
  if (sideways || upside_down) cv::flip(image, image, sideways && upside_down ? -1 : sideways ? 1 : 0);
}

// A still WebP file made of the first frame's bitstream, without its alpha and its place on the canvas.
std::vector<uint8_t> FirstFrame(Bytes bytes) {
  const Reader webp(bytes, false);
  constexpr size_t kFrameHeader = 8 + 16;
  size_t chunk = 12;
  while (webp.Has(chunk, 8) && !webp.Matches(chunk, "VP8 ") && !webp.Matches(chunk, "VP8L")) {
    chunk += webp.Matches(chunk, "ANMF") ? kFrameHeader : 8 + (webp.U32(chunk + 4) + 1ULL) / 2 * 2;
  }
  if (!webp.Has(chunk, 8) || !webp.Has(chunk + 8, webp.U32(chunk + 4))) return {};
  const size_t size = 8 + webp.U32(chunk + 4);
  std::vector<uint8_t> still(12 + size);
  const auto riff_size = static_cast<uint32_t>(4 + size);
  std::memcpy(still.data(), "RIFF", 4);
  for (size_t i = 0; i < 4; ++i) still[4 + i] = static_cast<uint8_t>(riff_size >> (8 * i));
  std::memcpy(still.data() + 8, "WEBP", 4);
  std::memcpy(still.data() + 12, webp.From(chunk).data, size);
  return still;
}

// The PNG without what libpng would only inflate and keep (texts and profiles: 8 MB each, up to a thousand of them) or
// write a warning about. The orientation is known, so what is left are the four critical chunks, and the transparency
// of palettes and single colours where alpha is kept.
std::vector<uint8_t> CriticalChunks(Bytes bytes, Alpha alpha) {
  const Reader png(bytes);
  constexpr size_t kSignature = 8;
  std::vector<uint8_t> kept(bytes.data, bytes.data + kSignature);
  bool has_data = false;
  bool has_transparency = alpha == Alpha::kDropped;
  bool is_end = false;
  for (size_t chunk = kSignature; !is_end && png.Has(chunk, 8);) {
    const size_t size = std::min(12 + size_t{png.U32(chunk)}, png.size() - chunk);
    const bool is_data = png.Matches(chunk + 4, "IDAT");
    is_end = png.Matches(chunk + 4, "IEND");
    const bool is_transparency = png.Matches(chunk + 4, "tRNS") && !has_data && !has_transparency;
    if (is_data || is_end || png.Matches(chunk + 4, "IHDR") || (png.Matches(chunk + 4, "PLTE") && !has_data) ||
        is_transparency) {
      kept.insert(kept.end(), bytes.data + chunk, bytes.data + chunk + size);
    }
    has_data = has_data || is_data;
    has_transparency = has_transparency || is_transparency;
    chunk += size;
  }
  return kept;
}

// The upper bytes of 16-bit gray, BGR or BGRA, as BGR, or BGRA where alpha is there and kept.
cv::Mat UpperBytes(const cv::Mat& deep, Alpha alpha) {
  const int bytes = deep.channels() * 2;
  const cv::Mat view(deep.rows, deep.cols, CV_8UC(bytes), deep.data, deep.step);
  const std::vector<int> pairs =
      deep.channels() < 3 ? std::vector<int>{1, 0, 1, 1, 1, 2} : std::vector<int>{1, 0, 3, 1, 5, 2, 7, 3};
  const int channels = deep.channels() == 4 && alpha == Alpha::kKept ? 4 : 3;
  cv::Mat image(deep.rows, deep.cols, CV_8UC(channels));
  cv::mixChannels(&view, 1, &image, 1, pairs.data(), static_cast<size_t>(channels));
  return image;
}

// Empty where the data is damaged.
cv::Mat Decode(Bytes bytes, int flags) {
  // imdecode does not write to its input.
  const cv::Mat view(1, static_cast<int>(bytes.size), CV_8U, const_cast<uint8_t*>(bytes.data));
  try {
    return cv::imdecode(view, flags);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw;
    return {};
  }
}

// How imdecode is asked to reduce: by libjpeg, which then computes fewer points of each 8x8 block.
int ReductionFlag(int reduction) {
  switch (reduction) {
    case 2:
      return cv::IMREAD_REDUCED_COLOR_2;
    case 4:
      return cv::IMREAD_REDUCED_COLOR_4;
    case 8:
      return cv::IMREAD_REDUCED_COLOR_8;
    default:
      return cv::IMREAD_COLOR;
  }
}

cv::Mat DecodeJpeg(Bytes encoded, bool is_complete, int reduction) {
  const int flags = ReductionFlag(reduction) | cv::IMREAD_IGNORE_ORIENTATION;
  if (is_complete) return Decode(encoded, flags);
  // An end marker where the data stops lets libjpeg show what it has, scans of a progressive one too.
  std::vector<uint8_t> closed(encoded.data, encoded.data + encoded.size);
  closed.insert(closed.end(), {0xFF, 0xD9});
  return Decode({closed.data(), closed.size()}, flags);
}

// As stored, of a format that says it has alpha which is to be kept: 8-bit BGRA, or BGR where it turns out to have
// none.
cv::Mat WithAlpha(Bytes bytes) {
  cv::Mat image = Decode(bytes, cv::IMREAD_UNCHANGED);
  if (image.depth() == CV_16U) return UpperBytes(image, Alpha::kKept);
  if (image.channels() == 1 && !image.empty()) cv::cvtColor(image, image, cv::COLOR_GRAY2BGR);
  return image;
}

// A TIFF that libtiff and OpenCV take as it is meant, and without needless copies:
// - strips of all its rows where they claim more rows than it has, as OpenCV would take memory for each of them (92 MB
//   for the file of 720 bytes by which the fuzzer showed it);
// - alpha of no known kind instead of one by which libtiff would multiply the colours, which is not what they are;
// - upright: OpenCV would turn 16-bit pixels, before half of their bytes are dropped.
std::vector<uint8_t> PatchedTiff(Bytes tiff, const Header& header) {
  std::vector<uint8_t> copy(tiff.data, tiff.data + tiff.size);
  if (const size_t rows_at = header.strip_rows_at; rows_at > 0) {
    constexpr uint8_t kShort = 3;
    constexpr uint8_t kLong = 4;
    const size_t type = rows_at - 6;  // in the same entry, two bytes of which one is 0, in either order
    std::replace(&copy[type], &copy[type] + 2, kShort, kLong);
    std::fill_n(&copy[rows_at], 4, uint8_t{0xFF});
  }
  if (const size_t kind_at = header.alpha_kind_at; kind_at > 0) copy[kind_at] = copy[kind_at + 1] = 0;
  if (const size_t turn_at = header.orientation_at; turn_at > 0) {
    // A SHORT or a LONG in either order, of which one byte is not 0; behind a SHORT may stand anything.
    std::replace(&copy[turn_at], &copy[turn_at] + header.orientation_bytes, static_cast<uint8_t>(header.orientation),
                 uint8_t{1});
  }
  return copy;
}

cv::Mat DecodePixels(Bytes encoded, const Header& header, Alpha alpha) {
  const auto decode = [&](Bytes bytes) {
    return header.has_alpha && alpha == Alpha::kKept ? WithAlpha(bytes)
                                                     : Decode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  };
  if (header.is_animated) {
    const std::vector<uint8_t> frame = FirstFrame(encoded);
    if (frame.empty()) return {};
    const Header still = ReadHeader({frame.data(), frame.size()});
    if (still.width > header.width || still.height > header.height) return {};  // only the canvas has been checked
    return decode({frame.data(), frame.size()});
  }
  if (header.format == Format::kPng) {
    const std::vector<uint8_t> critical = CriticalChunks(encoded, alpha);
    return decode({critical.data(), critical.size()});
  }
  if (header.strip_rows_at > 0 || header.alpha_kind_at > 0 || header.orientation_at > 0) {
    const std::vector<uint8_t> patched = PatchedTiff(encoded, header);
    Header same = header;
    same.strip_rows_at = same.alpha_kind_at = same.orientation_at = 0;
    return DecodePixels({patched.data(), patched.size()}, same, alpha);
  }
  if (header.is_deep) {  // libtiff would round to 8 bits where all other formats cut
    const cv::Mat deep = Decode(encoded, cv::IMREAD_UNCHANGED);
    return deep.depth() == CV_16U ? UpperBytes(deep, header.has_alpha ? alpha : Alpha::kDropped) : deep;
  }
  return decode(encoded);
}

[[noreturn]] void Damaged() {
  throw Error(ErrorCode::kCorruptImage, "the image cannot be decoded: its data is damaged");
}

// Stored pixels turned for display. `stored` is the size before the reduction.
DecodedImage Upright(cv::Mat pixels, cv::Size stored, int reduction, const Header& header) {
  const int orientation = header.orientation;
  ApplyOrientation(pixels, orientation);
  const cv::Size size = orientation >= 5 ? cv::Size(stored.height, stored.width) : stored;
  const cv::Size squares = pixels.size() * reduction;
  const cv::Point origin(FlipsSideways(orientation) ? size.width - squares.width : 0,
                         FlipsUpsideDown(orientation) ? size.height - squares.height : 0);
  return {std::move(pixels), size, reduction, origin, header.format};
}

}  // namespace

int ReductionFor(int64_t longer_side, const Options& options) {
  constexpr double kSmallestFace = 20;
  if (!options.fast_decode) return 1;
  for (const int reduction : {8, 4, 2}) {
    const int64_t left = (longer_side + reduction - 1) / reduction;
    if (options.max_side > 0 && left >= options.max_side) return reduction;
    if (options.min_face_size >= kSmallestFace * reduction) return reduction;
  }
  return 1;
}

void RefuseTruncated() {
  throw Error(ErrorCode::kTruncatedImage, "the image ends before its end marker: part of it is missing");
}

DecodedImage DecodeImage(Bytes encoded, const Options& options, Alpha alpha) {
  constexpr size_t kMaxBytes = 1U << 30;
  if (encoded.size > kMaxBytes) throw Error(ErrorCode::kTooManyPixels, "an image file may have 1 GiB at most");
  const Header header = ReadHeader(encoded);
  CheckCost(header, options.max_pixels, alpha);
  const bool is_jpeg = header.format == Format::kJpeg;
  if (!header.is_complete && !(options.accept_truncated && is_jpeg)) RefuseTruncated();
  const int reduction = is_jpeg ? ReductionFor(std::max(header.width, header.height), options) : 1;
  cv::Mat pixels = is_jpeg ? DecodeJpeg(encoded, header.is_complete, reduction) : DecodePixels(encoded, header, alpha);
  const bool is_bgra = alpha == Alpha::kKept && pixels.type() == CV_8UC4;
  if (pixels.empty() || (pixels.type() != CV_8UC3 && !is_bgra)) Damaged();
  const cv::Size stored(static_cast<int>(header.width), static_cast<int>(header.height));
  // Some JPEGs, lossless ones, cannot be reduced and come whole.
  if (reduction == 1 || pixels.size() == stored) return Upright(pixels, pixels.size(), 1, header);
  const auto rounded_up = [&](int side) { return (side + reduction - 1) / reduction; };
  if (pixels.size() != cv::Size(rounded_up(stored.width), rounded_up(stored.height))) Damaged();
  return Upright(pixels, stored, reduction, header);
}

DecodedImage WrapRawImage(const RawImage& raw, int64_t max_pixels, Alpha alpha) {
  if (raw.width < 1 || raw.height < 1 || (raw.channels != 1 && raw.channels != 3 && raw.channels != 4)) {
    throw Error(ErrorCode::kInvalidOption, "raw pixels need a width and height of at least 1 and 1, 3 or 4 channels");
  }
  CheckPixels(raw.width, raw.height, max_pixels);
  const auto row_bytes = static_cast<size_t>(raw.width) * static_cast<size_t>(raw.channels);
  if (raw.pixels.size != row_bytes * static_cast<size_t>(raw.height)) {
    throw Error(ErrorCode::kInvalidOption, "raw pixels must be width * height * channels bytes");
  }
  // Nothing writes to the view: conversions go to a new Mat, and the cascade only reads.
  const cv::Mat view(raw.height, raw.width, CV_8UC(raw.channels), const_cast<uint8_t*>(raw.pixels.data));
  const int channels = raw.channels == 4 && alpha == Alpha::kKept ? 4 : 3;
  if (raw.channels == channels && !raw.is_rgb) return {view, view.size()};
  cv::Mat image;
  if (raw.channels == 1) {
    cv::cvtColor(view, image, cv::COLOR_GRAY2BGR);
  } else if (raw.channels == 3) {
    cv::cvtColor(view, image, cv::COLOR_RGB2BGR);
  } else if (channels == 4) {
    cv::cvtColor(view, image, cv::COLOR_RGBA2BGRA);
  } else {
    cv::cvtColor(view, image, raw.is_rgb ? cv::COLOR_RGBA2BGR : cv::COLOR_BGRA2BGR);
  }
  return {image, image.size()};
}

}  // namespace faces
