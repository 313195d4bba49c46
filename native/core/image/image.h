#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "decoded.h"
#include "format.h"
#include "types.h"

namespace faces {

/// An image as the search takes it, and how its pixels lie on the image as displayed.
struct DecodedImage {
  cv::Mat pixels;     ///< CV_8UC3, BGR, upright; CV_8UC4, the same with straight alpha, where it is there and kept
  cv::Size size;      ///< of the image as displayed, in pixels
  int reduction = 1;  ///< a decoded pixel stands for a square of so many of the image's: 1, 2, 4 or 8
  /// Where the first square begins, in the image's pixels: left of or above the image, at most a square's side less
  /// one, where the orientation turns squares that the border cuts to the front.
  cv::Point origin{0, 0};
  std::optional<Format> format{};  ///< of the file; raw pixels have none
  std::optional<Defect> defect{};  ///< why the picture is not whole, with Options::accept_truncated
};

/// By how much a JPEG may be reduced while it is decoded, 1 unless Options::fast_decode: the largest of 8, 4 and 2 that
/// leaves either the longer side (`longer_side`, in pixels) at least Options::max_side, to which it is shrunk in any
/// case, or the smallest face at least 20 pixels, the default's smallest and least that the published answers were
/// measured with: P-Net sees its levels in the same sizes (they begin at 12 / min_face_size), only the crops for R-Net
/// and O-Net are enlarged from fewer pixels.
int ReductionFor(int64_t longer_side, const Options& options);

/// Decodes JPEG, PNG, WebP, BMP, TIFF or PNM into 8-bit BGR, upright (orientation applied, docs/IMAGES.md says
/// which one). Alpha is dropped, or kept where Header::has_alpha, beside the same colours; 16 bits lose the lower 8,
/// CMYK and gray become BGR; of several pages or frames the first counts. Size and memory are read from the header and
/// held against Options::max_pixels before anything is decoded (CheckCost); a JPEG may be reduced (ReductionFor), other
/// formats never are. Throws Error: as ReadHeader; kTooManyPixels; kUnsupportedFormat; kTruncatedImage and
/// kCorruptImage, where a JPEG has pixels nevertheless only without Options::accept_truncated.
DecodedImage DecodeImage(Bytes encoded, const Options& options, Alpha alpha = Alpha::kDropped);

/// The same from raw pixels, without a copy where they are BGR (or BGRA with alpha kept) already. Throws Error:
/// kInvalidOption for a shape that does not fit the bytes, kTooManyPixels.
DecodedImage WrapRawImage(const RawImage& raw, int64_t max_pixels, Alpha alpha = Alpha::kDropped);

}  // namespace faces
