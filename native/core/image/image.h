#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "decoded.h"
#include "format.h"
#include "types.h"

namespace faces {

/// An image ready for the search, and how its pixels map to the displayed image.
struct DecodedImage {
  cv::Mat pixels;     ///< CV_8UC3, BGR, upright; or CV_8UC4, with straight alpha, if kept
  cv::Size size;      ///< of the displayed image, in pixels
  int reduction = 1;  ///< a decoded pixel covers a square with this side in the image: 1, 2, 4 or 8
  /// Where the first such square begins, in the image's pixels. Left of or above the image, by less than a square's
  /// side, if the orientation puts squares that the border cuts first.
  cv::Point origin{0, 0};
  std::optional<Format> format{};  ///< of the file; none for raw pixels
  std::optional<Defect> defect{};  ///< why the image is incomplete, with Options::accept_truncated
};

/// By how much a JPEG is reduced while decoding, 1 unless Options::fast_decode. The largest of 8, 4 and 2 that leaves
/// either the longer side (`longer_side`, in pixels) at least Options::max_side, to which it is shrunk anyway, or the
/// smallest face at least 20 pixels, which is the default, and the smallest size that the published answers were
/// measured with. P-Net sees its levels in the same sizes (they begin at 12 / min_face_size); only the crops for R-Net
/// and O-Net are enlarged from fewer pixels.
int ReductionFor(int64_t longer_side, const Options& options);

/// Decodes JPEG, PNG, WebP, BMP, TIFF or PNM into 8-bit BGR, upright (with the orientation that docs/IMAGES.md
/// specifies). Alpha is dropped, or kept if Header::has_alpha, beside the same colours; of 16 bits the upper 8 are
/// kept, CMYK and gray become BGR; of several pages or frames, the first is used. Size and memory are read from the
/// header and checked against Options::max_pixels before decoding (CheckCost). Only a JPEG may be reduced
/// (ReductionFor). Throws Error: like ReadHeader; kTooManyPixels; kUnsupportedFormat; kTruncatedImage and
/// kCorruptImage, for a JPEG that has pixels anyway only without Options::accept_truncated.
DecodedImage DecodeImage(Bytes encoded, const Options& options, Alpha alpha = Alpha::kDropped);

/// The same from raw pixels, without a copy if they already are BGR (or BGRA with alpha kept). Throws Error:
/// kInvalidOption for a shape that does not match the bytes, kTooManyPixels.
DecodedImage WrapRawImage(const RawImage& raw, int64_t max_pixels, Alpha alpha = Alpha::kDropped);

}  // namespace faces
