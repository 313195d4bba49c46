// Whole files through DecodeImage and the libraries below it. The first byte chooses the options, the rest is the file.
#include <algorithm>
#include <optional>

#include "error.h"
#include "image/decoding_peak.h"
#include "image/image.h"
#include "input.h"
#include "watched_memory.h"

namespace {

using faces::ErrorCode;
using fuzz::Require;

// Small enough for thousands of files a second; what a file may claim beyond it is the header's matter.
constexpr int64_t kMaxPixels = 1 << 18;

struct Choice {
  faces::Options options;
  faces::Alpha alpha = faces::Alpha::kDropped;
};

Choice ChoiceOf(uint8_t bits) {
  Choice choice;
  choice.options.max_pixels = kMaxPixels;
  choice.options.accept_truncated = (bits & 1) != 0;
  choice.options.fast_decode = (bits & 2) != 0;
  choice.options.max_side = (bits & 4) != 0 ? 16 : 0;
  choice.options.min_face_size = (bits & 8) != 0 ? 80 : 20;
  choice.alpha = (bits & 16) != 0 ? faces::Alpha::kKept : faces::Alpha::kDropped;
  return choice;
}

void CheckSize(const faces::DecodedImage& image, const faces::Header& header) {
  Require(image.size.width == header.shown_width() && image.size.height == header.shown_height(),
          "a picture has the size that its header says");
  const int reduction = image.reduction;
  const auto rounded_up = [&](int side) { return (side + reduction - 1) / reduction; };
  Require(image.pixels.cols == rounded_up(image.size.width) && image.pixels.rows == rounded_up(image.size.height),
          "as many pixels are decoded as the size and the reduction say");
  Require(image.origin.x <= 0 && image.origin.x > -reduction && image.origin.y <= 0 && image.origin.y > -reduction,
          "the first square begins on the image");
}

void Check(const faces::DecodedImage& image, const faces::Header& header, const Choice& choice) {
  const int type = image.pixels.type();
  const bool is_alpha_kept = header.has_alpha && choice.alpha == faces::Alpha::kKept;
  Require(!image.pixels.empty(), "what is decoded has pixels");
  Require(type == CV_8UC3 || (type == CV_8UC4 && is_alpha_kept), "pixels are BGR, or BGRA where alpha is kept");
  Require(header.width * header.height <= choice.options.max_pixels, "the pixel limit holds");
  CheckSize(image, header);
  const bool is_jpeg = header.format == faces::Format::kJpeg;
  Require(image.format == header.format, "a picture has the format that its header says");
  Require(image.reduction == 1 || (choice.options.fast_decode && is_jpeg), "JPEG alone is reduced, where asked for");
  Require(!image.defect || (choice.options.accept_truncated && is_jpeg), "JPEG alone may have defects, where accepted");
  Require(!image.defect || image.defect->code == ErrorCode::kTruncatedImage ||
              image.defect->code == ErrorCode::kCorruptImage,
          "defects have the codes that error.h names");
}

bool IsOfImages(ErrorCode code) {
  return code == ErrorCode::kEmptyImage || code == ErrorCode::kUnsupportedFormat || code == ErrorCode::kCorruptImage ||
         code == ErrorCode::kTruncatedImage || code == ErrorCode::kTooManyPixels;
}

/// None where the file is refused.
std::optional<faces::DecodedImage> Decode(faces::Bytes file, const Choice& choice) {
  try {
    return faces::DecodeImage(file, choice.options, choice.alpha);
  } catch (const faces::Error& error) {
    Require(IsOfImages(error.code()), "images are refused with the codes that image.h names");
  } catch (const cv::Exception& error) {
    Require(error.code == cv::Error::StsNoMem, "OpenCV's exceptions are turned into errors, but for lack of memory");
  }
  return std::nullopt;
}

bool AreEqual(const cv::Mat& a, const cv::Mat& b) {
  const size_t row_bytes = static_cast<size_t>(a.cols) * a.elemSize();
  for (int y = 0; y < a.rows; ++y) {
    if (std::memcmp(a.ptr(y), b.ptr(y), row_bytes) != 0) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  const Choice choice = ChoiceOf(input.Take<uint8_t>());
  const faces::Bytes file = input.Rest();
  fuzz::FillMatricesWith(0x55);
  fuzz::RestartPeak();
  const std::optional<faces::DecodedImage> image = Decode(file, choice);
  const int64_t peak = fuzz::Peak();
  if (!image) {
    // Refused at once, or on the way.
    Require(peak <= faces::kDecodingBytesPerPixel * kMaxPixels + (32 << 20), "what is refused takes no more memory");
    return 0;
  }
  const faces::Header header = faces::ReadHeader(file);
  Check(*image, header, choice);
  Require(peak <= faces::DecodingPeak(header, choice.alpha) + 2 * static_cast<int64_t>(size),
          "decoding takes no more memory than the header says, but for notes on parts of the file");
  fuzz::FillMatricesWith(0xAA);
  const std::optional<faces::DecodedImage> again = Decode(file, choice);
  Require(again && AreEqual(image->pixels, again->pixels), "every pixel is written");
  return 0;
}
