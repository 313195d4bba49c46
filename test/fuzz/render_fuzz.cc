// Pictures of faces that lie anywhere, of any size, on images of up to 64 pixels a side: drawn on, hidden, cut out,
// encoded.
#include <cmath>
#include <vector>

#include "image/image.h"
#include "input.h"
#include "render/render.h"

namespace {

using namespace faces;
using fuzz::Input;
using fuzz::Require;

// Mostly near the picture; regression of a made-up network may put a corner a billion pixels away.
double Coordinate(Input& input) {
  const double near = input.Take<int16_t>() / 256.0;
  return input.Between(0, 15) == 0 ? near * 1e7 : near;
}

Face TakeFace(Input& input) {
  Face face;
  face.box.x1 = Coordinate(input);
  face.box.y1 = Coordinate(input);
  face.box.x2 = face.box.x1 + Coordinate(input);
  face.box.y2 = face.box.y1 + Coordinate(input);
  face.confidence = static_cast<float>(input.Share());
  if (input.Flip()) {
    Landmarks points;
    for (Point& point : points) point = {Coordinate(input), Coordinate(input)};
    face.landmarks = points;
  }
  return face;
}

RenderOptions TakeOptions(Input& input) {
  RenderOptions options;
  switch (input.Between(0, 2)) {
    case 0:
      options.what = AnnotateOptions{input.Flip(), input.Flip()};
      break;
    case 1:
      options.what =
          RedactOptions{static_cast<RedactOptions::Mode>(input.Between(0, 2)),
                        input.Flip() ? RedactOptions::Shape::kBox : RedactOptions::Shape::kEllipse, input.Share()};
      break;
    default:
      options.what = CropOptions{input.Flip(), input.Between(0, 255) * 4, input.Share()};
  }
  options.quality = input.Between(0, 100);
  return options;
}

Box TakeBox(Input& input) { return TakeFace(input).box; }

// Of what is left when the faces have been read, so that a seed without it means the same.
void TakeChoices(Input& input, RedactOptions& options) {
  constexpr size_t kMost = 4;
  options.whom = static_cast<RedactOptions::Whom>(input.Between(0, 2));
  while (!input.IsEmpty() && options.regions.size() < kMost) options.regions.push_back(TakeBox(input));
  while (!input.IsEmpty() && options.chosen.size() < kMost) {
    if (input.Flip()) {
      options.chosen.emplace_back(static_cast<size_t>(input.Between(0, 9)));
    } else {
      options.chosen.emplace_back(TakeBox(input));
    }
  }
}

// Whole, of that format and size.
bool IsReadable(const Picture& picture, PictureFormat format) {
  const Format expected = format == PictureFormat::kJpeg  ? Format::kJpeg
                          : format == PictureFormat::kPng ? Format::kPng
                                                          : Format::kWebp;
  const DecodedImage image = DecodeImage({picture.bytes.data(), picture.bytes.size()}, {});  // throws where it is cut
  return image.format == expected && image.size == cv::Size(picture.width, picture.height);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  RenderOptions options = TakeOptions(input);
  const auto format = static_cast<PictureFormat>(input.Between(0, 2));
  cv::Mat picture(input.Between(1, 64), input.Between(1, 64), input.Flip() ? CV_8UC4 : CV_8UC3);
  cv::RNG(1).fill(picture, cv::RNG::UNIFORM, 0, 256);  // the same each time, so that a find can be repeated
  const cv::Size original = picture.size();
  std::vector<Face> faces;
  constexpr size_t kMost = 8;
  while (!input.IsEmpty() && faces.size() < kMost) faces.push_back(TakeFace(input));

  constexpr int kSides = 80;
  if (std::holds_alternative<AnnotateOptions>(options.what) && input.Between(0, 1) == 1) {
    options.what = FramingOptions{input.Between(1, kSides), input.Between(1, kSides), input.Share(), input.Flip()};
  }
  if (auto* redact = std::get_if<RedactOptions>(&options.what)) TakeChoices(input, *redact);

  const CancelFlag never;
  std::vector<Stage> stages;
  constexpr int64_t kMaxPixels = 1 << 21;
  try {
    const std::vector<Picture> pictures = render::Render(picture, faces, options, format, kMaxPixels, never, stages);
    const bool is_crops = std::holds_alternative<CropOptions>(options.what);
    const bool is_part = std::holds_alternative<FramingOptions>(options.what);
    Require(pictures.size() == (is_crops ? faces.size() : 1), "one picture, or a crop for each face");
    for (const Picture& made : pictures) {
      Require(IsReadable(made, format), "a picture is a whole file of its format and size");
      Require(is_crops || is_part || cv::Size(made.width, made.height) == original, "the picture keeps its size");
    }
    Require(stages.size() == 2, "drawing and encoding are two stages");
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kInvalidOption,
            "crops without landmarks or of too many pixels are refused, and choices of no face");
  }
  return 0;
}
