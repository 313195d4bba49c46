#include "render.h"

#include <algorithm>
#include <string>

#include "align.h"
#include "annotate.h"
#include "cut_face.h"
#include "encode.h"
#include "framing.h"
#include "redact.h"
#include "stopwatch.h"

namespace faces::render {
namespace {

// Blends transparent parts with white.
void Flatten(cv::Mat& bgra, const CancelFlag& cancel) {
  constexpr int kMax = 255;
  for (int y = 0; y < bgra.rows; ++y) {
    Checkpoint(cancel);
    auto* row = bgra.ptr<cv::Vec4b>(y);
    for (int x = 0; x < bgra.cols; ++x) {
      const int alpha = row[x][3];
      for (int c = 0; c < 3; ++c) {
        row[x][c] = static_cast<uint8_t>((row[x][c] * alpha + kMax * (kMax - alpha) + kMax / 2) / kMax);
      }
      row[x][3] = kMax;
    }
  }
}

cv::Mat Crop(const cv::Mat& picture, const Face& face, const CropOptions& options) {
  if (!options.align) return CutFace(picture, face.box, options.margin, options.size);
  if (!face.landmarks) {
    throw Error(ErrorCode::kInvalidOption, "this model gives no landmarks to align faces by: give align=false");
  }
  return AlignFace(picture, *face.landmarks, options.size > 0 ? options.size : kTemplateSide);
}

int64_t CropPixels(const cv::Size& picture, const Face& face, const CropOptions& options) {
  if (!options.align) return int64_t{CutSize(picture, face.box, options.margin, options.size).area()};
  const int64_t side = options.size > 0 ? options.size : kTemplateSide;
  return side * side;
}

int64_t SourcePixels(const cv::Size& picture, const Face& face, const CropOptions& options) {
  if (!options.align) return CutSource(picture, face.box, options.margin);
  return face.landmarks ? AlignedSource(picture, *face.landmarks, options.size > 0 ? options.size : kTemplateSide) : 0;
}

// Needed because sizes come from the request, and there may be thousands of faces.
void CheckCrops(const cv::Size& picture, const std::vector<Face>& faces, const CropOptions& options,
                int64_t max_pixels) {
  const int64_t limit = std::min(max_pixels, kCropPixels);
  const int64_t read_limit = std::max(kCropPixels, kMaxReads * picture.width * picture.height);
  int64_t pixels = 0;
  int64_t read_pixels = 0;
  for (const Face& face : faces) {
    pixels += CropPixels(picture, face, options);
    read_pixels += SourcePixels(picture, face, options);
  }
  const std::string crops = "the crops of " + std::to_string(faces.size()) + " faces ";
  if (pixels > limit) {
    throw Error(ErrorCode::kInvalidOption, crops + "have more than " + std::to_string(limit) +
                                               " pixels together: ask for a smaller size or for fewer with maxFaces");
  }
  if (read_pixels > read_limit) {
    throw Error(ErrorCode::kInvalidOption, crops + "are made of more than " + std::to_string(read_limit) +
                                               " pixels together: ask for fewer with maxFaces");
  }
}

}  // namespace

PictureFormat FormatFor(const RenderOptions& options, std::optional<Format> own, const cv::Size& size) {
  if (options.format) return *options.format;
  if (own == Format::kJpeg) return PictureFormat::kJpeg;
  if (own == Format::kWebp && Fits(size, PictureFormat::kWebp)) return PictureFormat::kWebp;
  return PictureFormat::kPng;
}

std::vector<Picture> Render(cv::Mat& picture, const std::vector<Face>& faces, const RenderOptions& options,
                            PictureFormat format, int64_t max_pixels, const CancelFlag& cancel,
                            std::vector<Stage>& stages) {
  Stage render{"render"};
  Stage encode{"encode"};
  std::vector<Picture> pictures;
  Stopwatch watch;
  const auto add = [&](const cv::Mat& image) {
    render.ms += watch.Lap();
    Checkpoint(cancel);
    pictures.push_back(Encode(image, format, options.quality));
    encode.ms += watch.Lap();
    Checkpoint(cancel);
  };

  if (format == PictureFormat::kJpeg && picture.channels() == 4) Flatten(picture, cancel);
  if (const auto* crops = std::get_if<CropOptions>(&options.what)) {
    CheckCrops(picture.size(), faces, *crops, max_pixels);
    for (const Face& face : faces) add(Crop(picture, face, *crops));
  } else if (const auto* framing = std::get_if<FramingOptions>(&options.what)) {
    add(CutPart(picture, FrameFaces(picture.size(), faces, *framing).part, *framing));
  } else {
    if (const auto* redact = std::get_if<RedactOptions>(&options.what)) Redact(picture, faces, *redact, cancel);
    if (const auto* annotate = std::get_if<AnnotateOptions>(&options.what)) Annotate(picture, faces, *annotate, cancel);
    add(picture);
  }
  stages.push_back(std::move(render));
  stages.push_back(std::move(encode));
  return pictures;
}

}  // namespace faces::render
