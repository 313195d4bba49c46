#include "image.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "bmp.h"
#include "decoded.h"
#include "decoding_peak.h"
#include "error.h"
#include "header.h"
#include "jpeg.h"
#include "orientation.h"
#include "pixels.h"
#include "png.h"
#include "pnm.h"
#include "tiff.h"
#include "webp.h"

namespace faces {
namespace {

// `reduction` applies to JPEG only.
Decoded Decode(Bytes encoded, const Header& header, Alpha alpha, int reduction) {
  switch (header.format) {
    case Format::kJpeg:
      return DecodeJpeg(encoded, header, reduction);
    case Format::kPng:
      return DecodePng(encoded, header, alpha);
    case Format::kWebp:
      return DecodeWebp(encoded, header, alpha);
    case Format::kTiff:
      return DecodeTiff(encoded, header, alpha);
    case Format::kPnm:
      return DecodePnm(encoded, header);
    case Format::kBmp:
      break;
  }
  return DecodeBmp(encoded, header);
}

// Rotates and flips stored pixels for display.
DecodedImage Upright(Decoded decoded, int reduction, const Header& header) {
  const int orientation = header.orientation;
  ApplyOrientation(decoded.pixels, orientation);
  const cv::Size size(static_cast<int>(header.shown_width()), static_cast<int>(header.shown_height()));
  const cv::Size squares = decoded.pixels.size() * reduction;
  const cv::Point origin(FlipsSideways(orientation) ? size.width - squares.width : 0,
                         FlipsUpsideDown(orientation) ? size.height - squares.height : 0);
  return {std::move(decoded.pixels), size, reduction, origin, header.format, std::move(decoded.defect)};
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

DecodedImage DecodeImage(Bytes encoded, const Options& options, Alpha alpha) {
  constexpr size_t kMaxBytes = 1U << 30;
  if (encoded.size > kMaxBytes) throw Error(ErrorCode::kTooManyPixels, "an image file may have 1 GiB at most");
  const Header header = ReadHeader(encoded);
  CheckCost(header, options.max_pixels, alpha);
  const bool is_jpeg = header.format == Format::kJpeg;
  const int reduction = is_jpeg ? ReductionFor(std::max(header.width, header.height), options) : 1;
  Decoded decoded = Decode(encoded, header, alpha, reduction);
  if (decoded.defect && !options.accept_truncated) throw Error(decoded.defect->code, decoded.defect->message);
  return Upright(std::move(decoded), reduction, header);
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
  // Nothing writes through the const_cast: conversions go to a new Mat, and the cascade only reads.
  const cv::Mat view(raw.height, raw.width, CV_8UC(raw.channels), const_cast<uint8_t*>(raw.pixels.data));
  const int channels = raw.channels == 4 && alpha == Alpha::kKept ? 4 : 3;
  if (raw.channels == channels && !raw.is_rgb) return {view, view.size()};
  cv::Mat image = NewPixels(view.size(), CV_8UC(channels));
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
