#include "encode.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "../error.h"

namespace faces::render {
namespace {

struct Writer {
  const char* name;
  const char* extension;
  int longest_side;
  std::vector<int> settings;
};

// Of PNG, runs only (and level 1): photographs take 40 % less time than by level 3 of the usual strategy, and get 7 %
// larger.
Writer WriterOf(PictureFormat format, int quality) {
  switch (format) {
    case PictureFormat::kJpeg:
      return {"JPEG", ".jpg", 65'500, {cv::IMWRITE_JPEG_QUALITY, quality > 0 ? quality : 90}};
    case PictureFormat::kWebp:
      return {"WebP", ".webp", 16'383, {cv::IMWRITE_WEBP_QUALITY, quality > 0 ? quality : 80}};
    case PictureFormat::kPng:
      break;
  }
  return {"PNG",
          ".png",
          1'000'000,
          {cv::IMWRITE_PNG_COMPRESSION, 1, cv::IMWRITE_PNG_STRATEGY, cv::IMWRITE_PNG_STRATEGY_RLE}};
}

}  // namespace

void CheckSides(const cv::Size& size, PictureFormat format) {
  const Writer writer = WriterOf(format, 0);
  const int longest = std::max(size.width, size.height);
  if (longest <= writer.longest_side) return;
  throw Error(ErrorCode::kInvalidOption, std::string(writer.name) + " pictures may have " +
                                             std::to_string(writer.longest_side) + " pixels a side, this one has " +
                                             std::to_string(longest) + ": choose another format");
}

Picture Encode(const cv::Mat& image, PictureFormat format, int quality) {
  CheckSides(image.size(), format);
  const Writer writer = WriterOf(format, quality);
  Picture picture{image.cols, image.rows, {}};
  bool is_written = false;
  try {
    is_written = cv::imencode(writer.extension, image, picture.bytes, writer.settings);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw;
  }
  if (!is_written || picture.bytes.empty()) {
    throw Error(ErrorCode::kInternal, std::string("the picture could not be written as ") + writer.name);
  }
  return picture;
}

}  // namespace faces::render
