// Whole files through DecodeImage and the decoders below it. The first byte chooses the options, the rest is the file.
#include <algorithm>

#include "error.h"
#include "image/image.h"
#include "input.h"

namespace {

using faces::ErrorCode;
using fuzz::Require;

// Small enough for thousands of files a second; what a file may claim beyond it is the header's matter.
constexpr int64_t kMaxPixels = 1 << 18;

void Check(const faces::DecodedImage& image, const faces::Options& options, faces::Alpha alpha) {
  const int type = image.pixels.type();
  Require(!image.pixels.empty(), "what is decoded has pixels");
  Require(type == CV_8UC3 || (type == CV_8UC4 && alpha == faces::Alpha::kKept), "pixels are BGR, or BGRA if asked for");
  Require(int64_t{image.size.width} * image.size.height <= options.max_pixels, "the pixel limit holds");
  const int reduction = image.reduction;
  Require(reduction == 1 || options.fast_decode, "images are reduced only if asked for");
  const auto rounded_up = [&](int side) { return (side + reduction - 1) / reduction; };
  Require(image.pixels.cols == rounded_up(image.size.width) && image.pixels.rows == rounded_up(image.size.height),
          "as many pixels are decoded as the size and the reduction say");
  Require(image.origin.x <= 0 && image.origin.x > -reduction && image.origin.y <= 0 && image.origin.y > -reduction,
          "the first square begins on the image");
  // Each pixel is read, which shows where a decoder has not written one (valgrind) or a matrix is too short (ASan).
  const cv::Scalar sum = cv::sum(image.pixels);
  Require(sum[0] + sum[1] + sum[2] >= 0, "pixels can be added up");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const auto choice = input.Take<uint8_t>();
  faces::Options options;
  options.max_pixels = kMaxPixels;
  options.accept_truncated = (choice & 1) != 0;
  options.fast_decode = (choice & 2) != 0;
  options.max_side = (choice & 4) != 0 ? 16 : 0;
  options.min_face_size = (choice & 8) != 0 ? 80 : 20;
  const faces::Alpha alpha = (choice & 16) != 0 ? faces::Alpha::kKept : faces::Alpha::kDropped;
  try {
    Check(faces::DecodeImage(input.Rest(), options, alpha), options, alpha);
  } catch (const faces::Error& error) {
    const ErrorCode code = error.code();
    Require(code == ErrorCode::kEmptyImage || code == ErrorCode::kUnsupportedFormat ||
                code == ErrorCode::kCorruptImage || code == ErrorCode::kTruncatedImage ||
                code == ErrorCode::kTooManyPixels,
            "images are refused with the codes that image.h names");
  } catch (const cv::Exception& error) {
    Require(error.code == cv::Error::StsNoMem, "OpenCV's exceptions are turned into errors, but for lack of memory");
  }
  return 0;
}
