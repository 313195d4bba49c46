#include "detector.h"

#include <algorithm>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "detection/selection.h"
#include "detection/turn.h"
#include "image/image.h"
#include "image/pixels.h"
#include "image/scaled.h"
#include "render/encode.h"
#include "render/faces_to_hide.h"
#include "render/framing.h"
#include "render/quality.h"
#include "render/render.h"
#include "stopwatch.h"

namespace faces {
namespace {

// OpenCV uses one thread per run (callers run several at once) and does not log: its errors are reported as ours. For
// each damaged image, imdecode and the codecs below it still write a line to standard error, whatever the level.
void SetUpOpenCV() {
  static std::once_flag once;
  std::call_once(once, [] {
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    LimitMemory();
  });
}

// Converts from pixels of the searched image to those of the displayed image.
void ToDisplayed(Face& face, double x_factor, double y_factor, const cv::Point& origin) {
  const auto x = [&](double searched) { return searched * x_factor + origin.x; };
  const auto y = [&](double searched) { return searched * y_factor + origin.y; };
  face.box = {x(face.box.x1), y(face.box.y1), x(face.box.x2), y(face.box.y2)};
  if (!face.landmarks) return;
  for (Point& point : *face.landmarks) point = {x(point.x), y(point.y)};
}

// For a picture whose size comes from the request.
void CheckArea(const cv::Size& size, int64_t max_pixels) {
  const int64_t limit = std::min(max_pixels, render::kCropPixels);
  if (int64_t{size.width} * size.height <= limit) return;
  throw Error(ErrorCode::kInvalidOption, "width x height must be at most " + std::to_string(limit) + " pixels, got " +
                                             std::to_string(size.width) + " x " + std::to_string(size.height));
}

// Measures each face on the decoded image, and drops those beyond the limits.
std::vector<Face> MeasureFaces(std::vector<Face> faces, const DecodedImage& decoded, const Options& options,
                               const CancelFlag& cancel) {
  std::vector<Face> kept;
  for (Face& face : faces) {
    Checkpoint(cancel);
    if (!face.landmarks) {
      throw Error(ErrorCode::kInvalidOption, "this model gives no landmarks to measure faces by");
    }
    Landmarks points = *face.landmarks;
    for (Point& point : points) {
      point = {(point.x - decoded.origin.x) / decoded.reduction, (point.y - decoded.origin.y) / decoded.reduction};
    }
    FaceQuality quality = render::Measure(decoded.pixels, points);
    quality.size *= decoded.reduction;
    if (!render::IsUsable(quality, options.quality)) continue;
    if (options.quality.report) face.quality = quality;
    kept.push_back(face);
  }
  return kept;
}

// Selects faces (see SelectFaces), after leaving out those beyond the limits of Options::quality.
void SelectUsable(Detection& detection, std::vector<Face> faces, const DecodedImage& decoded, const Options& options,
                  const CancelFlag& cancel) {
  const auto select = [&](std::vector<Face> from, const Options& by) {
    return SelectFaces(std::move(from), detection.width, detection.height, by);
  };
  if (!options.quality.NeedMeasuring()) {
    detection.faces = select(std::move(faces), options);
    return;
  }
  Stopwatch watch;
  Options without_limit = options;
  if (options.quality.AreLimits()) without_limit.max_faces = 0;
  faces = select(std::move(faces), without_limit);
  const size_t found = faces.size();
  faces = MeasureFaces(std::move(faces), decoded, options, cancel);
  if (options.quality.AreLimits()) detection.left_out = found - faces.size();
  detection.faces = select(std::move(faces), options);
  detection.stages.push_back({"quality", watch.Lap()});
}

// From an image that was turned to the displayed one.
void TurnBack(Detection& detection, const std::optional<int>& turn) {
  detection.turn = turn;
  const int back = (4 - turn.value_or(0)) % 4;
  if (back == 0) return;
  const cv::Size size(detection.width, detection.height);
  for (Face& face : detection.faces) face = Turned(face, size, back);
  const cv::Size displayed = Turned(size, back);
  detection.width = displayed.width;
  detection.height = displayed.height;
}

void TurnBack(Rendered& rendered, const std::optional<int>& turn) {
  const cv::Size size(rendered.detection.width, rendered.detection.height);
  TurnBack(rendered.detection, turn);
  if (!rendered.framing || turn.value_or(0) == 0) return;
  const int back = 4 - *turn;
  cv::Rect& part = rendered.framing->part;
  const Box box = Turned(Box{1.0 * part.x, 1.0 * part.y, 1.0 * part.br().x, 1.0 * part.br().y}, size, back);
  part = cv::Rect(cv::Point2d(box.x1, box.y1), cv::Point2d(box.x2, box.y2));
  rendered.framing->focus = Turned(rendered.framing->focus, {1, 1}, back);
}

// For a picture that is turned.
RenderOptions ForTurned(RenderOptions options, const cv::Size& size, int turn) {
  auto* redact = std::get_if<RedactOptions>(&options.what);
  if (!redact) return options;
  for (Box& region : redact->regions) region = Turned(region, size, turn);
  for (FaceChoice& choice : redact->chosen) {
    if (auto* box = std::get_if<Box>(&choice)) *box = Turned(*box, size, turn);
  }
  return options;
}

}  // namespace

Detector::Detector(std::string model, ModelFiles files, EngineChoice choice, int threads)
    : model_(std::move(model)), files_(std::move(files)), choice_(choice), threads_(threads) {
  SetUpOpenCV();
  std::unique_ptr<Model> first = TakeModel();
  engine_ = first->engine();
  smallest_face_ = first->smallest_face();
  // Later instances use the same engine, without another self-check.
  choice_ = engine_.name == "fused" ? EngineChoice::kFused : EngineChoice::kOpenCv;
  ReturnModel(std::move(first));
}

std::unique_ptr<Model> Detector::TakeModel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Model> model = std::move(idle_.back());
      idle_.pop_back();
      return model;
    }
  }
  return MakeModel(model_, files_, choice_, threads_);
}

void Detector::ReturnModel(std::unique_ptr<Model> model) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(model));
}

Detection Detector::Detect(Bytes encoded, const Options& options, const CancelFlag& cancel) {
  Checkpoint(cancel);
  Stopwatch watch;
  DecodedImage image = DecodeImage(encoded, options);
  return DetectIn(std::move(image), {"decode", watch.Lap()}, options, cancel);
}

Detection Detector::Detect(const RawImage& raw, const Options& options, const CancelFlag& cancel) {
  Checkpoint(cancel);
  Stopwatch watch;
  DecodedImage image = WrapRawImage(raw, options.max_pixels);
  return DetectIn(std::move(image), {"decode", watch.Lap()}, options, cancel);
}

Detection Detector::DetectIn(DecodedImage image, Stage decode, const Options& options, const CancelFlag& cancel) {
  std::vector<Stage> stages{std::move(decode)};
  const std::optional<int> turn = TurnUpright(image, options, cancel, stages);
  Detection detection = Run(std::move(image), std::move(stages), options, cancel);
  if (options.clip) ClipBoxes(detection);
  TurnBack(detection, turn);
  return detection;
}

Rendered Detector::Render(Bytes encoded, const Options& options, const RenderOptions& render,
                          const CancelFlag& cancel) {
  Checkpoint(cancel);
  Stopwatch watch;
  const DecodedImage image = DecodeImage(encoded, options, Alpha::kKept);
  return RunAndRender(image, {"decode", watch.Lap()}, options, render, cancel, [&] {
    if (image.reduction == 1) return image.pixels;
    Options whole = options;
    whole.fast_decode = false;
    return DecodeImage(encoded, whole, Alpha::kKept).pixels;
  });
}

Rendered Detector::Render(const RawImage& raw, const Options& options, const RenderOptions& render,
                          const CancelFlag& cancel) {
  Checkpoint(cancel);
  Stopwatch watch;
  const DecodedImage image = WrapRawImage(raw, options.max_pixels, Alpha::kKept);
  return RunAndRender(image, {"decode", watch.Lap()}, options, render, cancel, [&] {
    const bool is_borrowed = image.pixels.data == raw.pixels.data;
    return is_borrowed ? image.pixels.clone() : image.pixels;
  });
}

Rendered Detector::RunAndRender(const DecodedImage& image, Stage decode, const Options& options,
                                const RenderOptions& render, const CancelFlag& cancel,
                                const std::function<cv::Mat()>& take_picture) {
  const auto* framing = std::get_if<FramingOptions>(&render.what);
  const cv::Size size = framing != nullptr ? cv::Size(framing->width, framing->height) : image.size;
  const PictureFormat format = render::FormatFor(render, image.format, size);
  const bool is_crops = std::holds_alternative<CropOptions>(render.what);
  if (!is_crops) render::CheckSize(size, format);
  if (framing != nullptr) CheckArea(size, options.max_pixels);
  if (const auto* redact = std::get_if<RedactOptions>(&render.what)) render::CheckRegions(image.size, redact->regions);
  Checkpoint(cancel);
  DecodedImage searched = image;
  if (searched.pixels.channels() == 4) cv::cvtColor(image.pixels, searched.pixels, cv::COLOR_BGRA2BGR);
  std::vector<Stage> stages{std::move(decode)};
  const std::optional<int> turn = TurnUpright(searched, options, cancel, stages);
  Rendered rendered{Run(std::move(searched), std::move(stages), options, cancel), format, {}};
  Detection& detection = rendered.detection;
  Checkpoint(cancel);
  if (framing != nullptr) {
    rendered.framing = render::FrameFaces({detection.width, detection.height}, detection.faces, *framing);
  }
  if (framing != nullptr && size.empty()) {
    if (options.clip) ClipBoxes(detection);
    TurnBack(rendered, turn);
    return rendered;
  }

  Stopwatch watch;
  cv::Mat picture = is_crops && detection.faces.empty() ? cv::Mat() : Turned(take_picture(), turn.value_or(0));
  detection.stages.front().ms += watch.Lap();  // decoding
  Checkpoint(cancel);
  rendered.pictures = render::Render(picture, detection.faces, ForTurned(render, image.size, turn.value_or(0)), format,
                                     options.max_pixels, cancel, detection.stages);
  if (options.clip) ClipBoxes(detection);
  TurnBack(rendered, turn);
  return rendered;
}

std::optional<int> Detector::TurnUpright(DecodedImage& image, const Options& options, const CancelFlag& cancel,
                                         std::vector<Stage>& stages) {
  if (!options.find_orientation) return std::nullopt;
  Checkpoint(cancel);
  Stopwatch watch;
  const int turn = FindTurn(image.pixels, 1.0 / image.reduction, options, [&](const cv::Mat& picture, Options read) {
    std::vector<Stage> unused;
    read.min_face_size = std::max(smallest_face_, read.min_face_size);
    return Find(picture, read, cancel, unused);
  });
  const cv::Rect spanned(image.origin, image.pixels.size() * image.reduction);
  const Box turned = Turned(Box{double(spanned.x), double(spanned.y), double(spanned.br().x), double(spanned.br().y)},
                            image.size, turn);
  image.origin = {static_cast<int>(turned.x1), static_cast<int>(turned.y1)};
  image.pixels = Turned(image.pixels, turn);
  image.size = Turned(image.size, turn);
  stages.push_back({"orientation", watch.Lap()});
  return turn;
}

Detection Detector::Run(DecodedImage decoded, std::vector<Stage> stages, const Options& options,
                        const CancelFlag& cancel) {
  Checkpoint(cancel);
  Detection detection{decoded.size.width, decoded.size.height, {}, std::move(stages), std::move(decoded.defect)};
  cv::Mat image = decoded.pixels;
  if (!options.quality.NeedMeasuring()) decoded.pixels.release();
  const cv::Size spanned = image.size() * decoded.reduction;  // in pixels of the displayed image
  double scale = 1.0 / decoded.reduction;
  const int longer = std::max(image.cols, image.rows);
  if (options.max_side > 0 && longer > options.max_side) {
    Stopwatch watch;
    const double factor = static_cast<double>(options.max_side) / longer;
    image = Shrunk(image, factor);
    scale *= factor;
    detection.stages.push_back({"resize", watch.Lap()});
  }

  Options scaled = options;
  scaled.min_face_size = std::max(smallest_face_, options.min_face_size * scale);
  std::vector<Face> faces = Find(image, scaled, cancel, detection.stages);
  for (Face& face : faces) {
    ToDisplayed(face, static_cast<double>(spanned.width) / image.cols, static_cast<double>(spanned.height) / image.rows,
                decoded.origin);
  }
  SelectUsable(detection, std::move(faces), decoded, options, cancel);
  return detection;
}

std::vector<Face> Detector::Find(const cv::Mat& image, const Options& options, const CancelFlag& cancel,
                                 std::vector<Stage>& stages) {
  std::unique_ptr<Model> model = TakeModel();
  std::vector<Face> faces;
  try {
    faces = model->Find(image, options, cancel, stages);
  } catch (const Error&) {
    ReturnModel(std::move(model));  // its state is consistent; not so after any other exception
    throw;
  }
  ReturnModel(std::move(model));
  return faces;
}

Error TranslateException() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::kOutOfMemory, "not enough memory for this image");
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) return Error(ErrorCode::kOutOfMemory, "not enough memory for this image");
    return Error(ErrorCode::kInternal, "OpenCV failed unexpectedly");
  } catch (...) {
    return Error(ErrorCode::kInternal, "the detector failed unexpectedly");
  }
}

}  // namespace faces
