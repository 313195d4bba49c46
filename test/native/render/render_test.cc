#include "render/render.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../counted_memory.h"
#include "../encoded_images.h"
#include "../fixtures.h"
#include "../peak_memory.h"
#include "detector.h"
#include "render/align.h"

using namespace faces;
using namespace encoded;
using fixtures::AsBytes;
using fixtures::CodeOf;

namespace {

const CancelFlag never;
const std::vector<RenderOptions> kEach{{AnnotateOptions{}, {}, 0}, {RedactOptions{}, {}, 0}, {CropOptions{}, {}, 0}};
const RenderOptions kFill{RedactOptions{RedactOptions::Mode::kFill}, {}, 0};

RenderOptions As(RenderOptions options, PictureFormat format) {
  options.format = format;
  return options;
}

cv::Mat Decoded(const Picture& picture) { return cv::imdecode(picture.bytes, cv::IMREAD_UNCHANGED); }

cv::Mat Drawn() {
  const std::string png = fixtures::DrawnFaces();
  return cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
}

bool AreEqual(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

RawImage Raw(const cv::Mat& image, bool is_rgb = false) {
  return {{image.data, image.total() * image.elemSize()}, image.cols, image.rows, image.channels(), is_rgb};
}

// Detectors are made once: the trial of the engines takes a while.
Detector& Mtcnn() {
  static Detector detector("mtcnn", fixtures::MtcnnFiles());
  return detector;
}

}  // namespace

TEST_CASE("a picture is written as the image is, where that can be written, or as asked for") {
  const auto FormatFor = [](const RenderOptions& options, std::optional<Format> own, const cv::Size& size = {9, 9}) {
    return render::FormatFor(options, own, size);
  };
  CHECK(FormatFor({}, Format::kWebp, {4000, 2001}) == PictureFormat::kPng);
  CHECK(FormatFor({}, Format::kJpeg) == PictureFormat::kJpeg);
  CHECK(FormatFor({}, Format::kWebp) == PictureFormat::kWebp);
  for (const auto own : {std::optional(Format::kPng), std::optional(Format::kBmp), std::optional(Format::kTiff),
                         std::optional<Format>()}) {
    CHECK(FormatFor({}, own) == PictureFormat::kPng);
  }
  CHECK(FormatFor(As({}, PictureFormat::kWebp), Format::kJpeg) == PictureFormat::kWebp);
}

TEST_CASE("written as JPEG, what is transparent is white") {
  cv::Mat picture(16, 48, CV_8UC4, cv::Scalar(0, 0, 0, 255));
  picture.colRange(16, 32) = cv::Scalar(0, 0, 0, 0);
  picture.colRange(32, 48) = cv::Scalar(0, 0, 0, 128);
  std::vector<Stage> stages;
  const auto pictures = render::Render(picture, {}, kFill, PictureFormat::kJpeg, 1000, never, stages);
  const cv::Mat flat = Decoded(pictures.at(0));
  CHECK(flat.at<cv::Vec3b>(8, 8)[1] < 3);
  CHECK(flat.at<cv::Vec3b>(8, 24)[1] > 252);
  CHECK(std::abs(flat.at<cv::Vec3b>(8, 40)[1] - 127) < 3);
  REQUIRE(stages.size() == 2);
  CHECK(stages[0].name == "render");
  CHECK(stages[1].name == "encode");
}

TEST_CASE("crops that have more pixels together than an image may have are refused") {
  cv::Mat picture(100, 100, CV_8UC3, cv::Scalar::all(9));
  const std::vector<Face> faces(3, Face{{0, 0, 50, 50}, 1, Landmarks{}});
  std::vector<Stage> stages;
  const auto render = [&](const CropOptions& crops, int64_t max_pixels) {
    return CodeOf([&] {
      render::Render(picture, faces, {crops, {}, 0}, PictureFormat::kPng, max_pixels, never, stages);
    });
  };
  CHECK(render({true, 100, 0}, 30000) == "nothing was thrown");
  CHECK(render({true, 100, 0}, 29999) == "INVALID_OPTION");
  CHECK(render({false, 0, 0}, 7500) == "nothing was thrown");
  CHECK(render({false, 0, 0}, 7499) == "INVALID_OPTION");
}

// They were refused only after 50 megapixels of them had been made.
TEST_CASE("too many crops are refused before the first is made") {
  cv::Mat picture(100, 100, CV_8UC3, cv::Scalar::all(9));
  const std::vector<Face> faces(2000, Face{{0, 0, 50, 50}, 1, Landmarks{}});
  std::vector<Stage> stages;
  CHECK(CodeOf([&] {
          render::Render(picture, faces, {CropOptions{true, 112, 0}, {}, 0}, PictureFormat::kPng, 50'000'000, never,
                         stages);
        }) == "INVALID_OPTION");
  CHECK(stages.empty());
}

TEST_CASE("between drawing and encoding a cancelled job ends") {
  cv::Mat picture(100, 100, CV_8UC3, cv::Scalar::all(9));
  CancelFlag cancelled;
  cancelled.Cancel();
  std::vector<Stage> stages;
  for (const RenderOptions& options : kEach) {
    CHECK(CodeOf([&] {
            render::Render(picture, {Face{{0, 0, 50, 50}, 1, Landmarks{}}}, options, PictureFormat::kPng, 1000000,
                           cancelled, stages);
          }) == "ABORTED");
  }
}

// Two hundred faces over one another on 50 megapixels: each crop is made of all of its pixels.
TEST_CASE("crops that look at the picture too often are refused before the first is made") {
  cv::Mat picture(5000, 5000, CV_8UC3, cv::Scalar::all(9));
  Landmarks large;
  for (size_t i = 0; i < large.size(); ++i) {
    large[i] = {render::kTemplate[i].x * 5000 / 112, render::kTemplate[i].y * 5000 / 112};
  }
  const auto code = [&](size_t count, bool align) {
    std::vector<Stage> stages;
    const std::string result = CodeOf([&] {
      render::Render(picture, std::vector<Face>(count, Face{{0, 0, 5000, 5000}, 1, large}),
                     {CropOptions{align, 16, 0}, {}, 0}, PictureFormat::kPng, 50'000'000, never, stages);
    });
    CHECK(stages.empty() == (result != "nothing was thrown"));
    return result;
  };
  for (const bool align : {true, false}) {
    CHECK(code(render::kMaxReads, align) == "nothing was thrown");
    CHECK(code(render::kMaxReads + 1, align) == "INVALID_OPTION");
  }
}

TEST_CASE("while transparent parts are put on white, a cancelled job ends") {
  cv::Mat picture(10, 10, CV_8UC4, cv::Scalar::all(9));
  CancelFlag cancelled;
  cancelled.Cancel();
  std::vector<Stage> stages;
  CHECK(CodeOf([&] { render::Render(picture, {}, kFill, PictureFormat::kJpeg, 1000, cancelled, stages); }) ==
        "ABORTED");
  CHECK(picture.at<cv::Vec4b>(0, 0) == cv::Vec4b(9, 9, 9, 9));
}

TEST_SUITE("weights"){TEST_CASE("the faces are those that Detect gives, to the bit, from every kind of image"){
    const cv::Mat image = Drawn();
cv::Mat bgra, deep, deep_bgra, gray, large;
cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
for (int y = 0; y < bgra.rows; ++y) {
  for (int x = 0; x < bgra.cols; ++x) bgra.at<cv::Vec4b>(y, x)[3] = static_cast<uint8_t>(x + y);
}
image.convertTo(deep, CV_16U, 256, 255);
bgra.convertTo(deep_bgra, CV_16U, 256, 255);
cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
cv::resize(image, large, {}, 2, 2, cv::INTER_CUBIC);
TiffSetting tiff{bgra};
tiff.alpha_kind = 2;
const std::vector<std::vector<uint8_t>> files{
    Encode(image, ".png"),     Encode(bgra, ".png"),  Encode(deep, ".png"),
    Encode(deep_bgra, ".png"), Encode(gray, ".png"),  GrayAlphaPng(gray(cv::Rect(210, 160, 170, 180))),
    Encode(image, ".jpg"),     Encode(large, ".jpg"), JpegWithExif(Encode(image, ".jpg"), Exif(6)),
    Encode(bgra, ".webp"),     Encode(image, ".bmp"), Tiff(tiff),
};
Options reduced;
reduced.fast_decode = true;
reduced.max_side = 397;
Options cut;
cut.max_faces = 2;
cut.sort = SortBy::kArea;
Options unclipped;
unclipped.clip = false;
for (const std::vector<uint8_t>& file : files) {
  const bool is_first = &file == &files.front();
  for (const Options& options :
       is_first ? std::vector<Options>{{}, reduced, cut, unclipped} : std::vector<Options>{{}, reduced}) {
    const Detection expected = Mtcnn().Detect(AsBytes(file), options, never);
    for (const RenderOptions& render : kEach) {
      const Rendered rendered = Mtcnn().Render(AsBytes(file), options, render, never);
      CHECK(fixtures::AreEqual(rendered.detection.faces, expected.faces));
      CHECK(rendered.detection.width == expected.width);
      CHECK(rendered.detection.height == expected.height);
      if (std::holds_alternative<CropOptions>(render.what)) {
        CHECK(rendered.pictures.size() == expected.faces.size());
      } else {
        REQUIRE(rendered.pictures.size() == 1);
        CHECK(Decoded(rendered.pictures[0]).size() == cv::Size(expected.width, expected.height));
      }
    }
  }
}
}

TEST_CASE("without faces the picture is the image's own pixels, upright, in 8-bit colour, with its alpha") {
  const cv::Mat image = fixtures::Noise(60, 40);
  cv::Mat bgra, deep_bgra, gray, gray_bgr, turned;
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  for (int i = 0; i < 2400; ++i) bgra.at<cv::Vec4b>(i)[3] = static_cast<uint8_t>(i);
  bgra.convertTo(deep_bgra, CV_16U, 256, 255);
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  cv::cvtColor(gray, gray_bgr, cv::COLOR_GRAY2BGR);
  cv::rotate(bgra, turned, cv::ROTATE_90_CLOCKWISE);
  TiffSetting tiff{bgra};
  tiff.alpha_kind = 2;
  TiffSetting deep_tiff{deep_bgra};
  deep_tiff.alpha_kind = 2;
  TiffSetting turned_tiff{bgra, 6};
  turned_tiff.alpha_kind = 2;
  const std::vector<std::pair<std::vector<uint8_t>, cv::Mat>> cases{
      {Encode(image, ".png"), image},
      {Encode(bgra, ".png"), bgra},
      {Encode(deep_bgra, ".png"), bgra},
      {Encode(gray, ".png"), gray_bgr},
      {PngWithExif(Encode(bgra, ".png"), Exif(6)), turned},
      {Encode(image, ".bmp"), image},
      {Tiff(tiff), bgra},
      {Tiff(deep_tiff), bgra},
      {Tiff(turned_tiff), turned},
      {Tiff({image, 1}), image},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    for (const RenderOptions& options : {kEach[0], kEach[1]}) {
      const Rendered rendered = Mtcnn().Render(AsBytes(cases[i].first), {}, As(options, PictureFormat::kPng), never);
      REQUIRE(rendered.detection.faces.empty());
      CHECK(AreEqual(Decoded(rendered.pictures[0]), cases[i].second));
    }
  }
  const Rendered crops = Mtcnn().Render(AsBytes(cases[0].first), {}, kEach[2], never);
  CHECK(crops.pictures.empty());
}

TEST_CASE("alpha of palettes, of gray PNG and of WebP is kept") {
  const auto pixels = [](const std::vector<uint8_t>& file) {
    return Decoded(Mtcnn().Render(AsBytes(file), {}, As(kFill, PictureFormat::kPng), never).pictures[0]);
  };
  const cv::Mat palette = pixels(PalettePngWithAlpha());
  CHECK(palette.at<cv::Vec4b>(0, 0) == cv::Vec4b(30, 20, 10, 40));
  CHECK(palette.at<cv::Vec4b>(0, 1) == cv::Vec4b(60, 50, 40, 255));
  cv::Mat gray(10, 20, CV_8U, cv::Scalar(70));
  const cv::Mat gray_alpha = pixels(GrayAlphaPng(gray));
  CHECK(gray_alpha.at<cv::Vec4b>(5, 3) == cv::Vec4b(70, 70, 70, 30));
  cv::Mat bgra(30, 40, CV_8UC4, cv::Scalar(9, 99, 199, 55));
  CHECK(AreEqual(pixels(Encode(bgra, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101})), bgra));
  const cv::Mat lossy = pixels(Encode(bgra, ".webp", {cv::IMWRITE_WEBP_QUALITY, 90}));
  CHECK(lossy.at<cv::Vec4b>(5, 5)[3] == 55);
  CHECK(pixels(AnimatedWebp({fixtures::Noise(20, 10)}, {20, 10})).type() == CV_8UC3);
}

TEST_CASE("thumbnail, EXIF, XMP and colour profile are gone; the orientation is in the pixels") {
  const cv::Mat image = fixtures::Noise(60, 40);
  const std::string more = "SECRET in a tag " + std::string(2000, 'x');
  const std::vector<std::vector<uint8_t>> files{
      JpegWithExif(Encode(image, ".jpg"), Exif(6) + more),
      PngWithChunks(PngWithExif(Encode(image, ".png"), Exif(6)), "tEXt", "Comment" + std::string(1, '\0') + more, 2),
      WebpWithExif(Encode(image, ".webp"), Exif(6) + more, image.size()),
  };
  for (const std::vector<uint8_t>& file : files) {
    for (const RenderOptions& options : {kEach[0], kEach[1]}) {
      const Picture picture = Mtcnn().Render(AsBytes(file), {}, options, never).pictures[0];
      const std::string text(picture.bytes.begin(), picture.bytes.end());
      CHECK(picture.width == 40);
      CHECK(picture.height == 60);
      for (const char* mark : {"SECRET", "Exif", "EXIF", "eXIf", "tEXt"}) CHECK(text.find(mark) == std::string::npos);
    }
  }
}

TEST_CASE("raw pixels: PNG unless asked otherwise, alpha kept, and what was lent stays as it was") {
  const cv::Mat image = Drawn();
  cv::Mat bgra, rgba, rgb;
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  bgra.forEach<cv::Vec4b>([](cv::Vec4b& pixel, const int*) { pixel[3] = 200; });
  cv::cvtColor(bgra, rgba, cv::COLOR_BGRA2RGBA);
  cv::cvtColor(image, rgb, cv::COLOR_BGR2RGB);
  const Rendered expected = Mtcnn().Render(AsBytes(Encode(image, ".png")), {}, kEach[0], never);
  for (const auto& [pixels, is_rgb] : {std::pair{image, false}, {rgb, true}, {bgra, false}, {rgba, true}}) {
    const cv::Mat lent = pixels.clone();
    const Rendered rendered = Mtcnn().Render(Raw(lent, is_rgb), {}, kEach[0], never);
    CHECK(AreEqual(lent, pixels));
    CHECK(rendered.format == PictureFormat::kPng);
    CHECK(fixtures::AreEqual(rendered.detection.faces, expected.detection.faces));
    const cv::Mat made = Decoded(rendered.pictures[0]);
    CHECK(made.channels() == pixels.channels());
    cv::Mat colours = made;
    if (made.channels() == 4) {
      CHECK(made.at<cv::Vec4b>(0, 0)[3] == 200);
      cv::cvtColor(made, colours, cv::COLOR_BGRA2BGR);
    }
    CHECK(AreEqual(colours, Decoded(expected.pictures[0])));
  }
}

TEST_CASE("a reduced JPEG is drawn on at its full size, and the time of both decodings is one stage") {
  cv::Mat large;
  cv::resize(Drawn(), large, {}, 4, 4, cv::INTER_CUBIC);
  const std::vector<uint8_t> jpeg = Encode(large, ".jpg", {cv::IMWRITE_JPEG_QUALITY, 95});
  Options options;
  options.fast_decode = true;
  options.max_side = 800;
  const Rendered rendered = Mtcnn().Render(AsBytes(jpeg), options, As(kFill, PictureFormat::kPng), never);
  REQUIRE(rendered.detection.faces.size() >= 3);
  const cv::Mat made = Decoded(rendered.pictures[0]);
  const cv::Mat whole = cv::imdecode(jpeg, cv::IMREAD_COLOR);
  CHECK(AreEqual(made.row(1999), whole.row(1999)));
  for (const Face& face : rendered.detection.faces) {
    const cv::Point middle(static_cast<int>((face.box.x1 + face.box.x2) / 2),
                           static_cast<int>((face.box.y1 + face.box.y2) / 2));
    CHECK(made.at<cv::Vec3b>(middle) == cv::Vec3b());
  }
  const std::vector<Stage>& stages = rendered.detection.stages;
  for (const char* name : {"decode", "render", "encode"}) {
    CHECK(std::count_if(stages.begin(), stages.end(), [&](const Stage& stage) { return stage.name == name; }) == 1);
  }
}

#ifdef __linux__
// Decoded whole, its 16 megapixels take 48 MB.
TEST_CASE("a reduced JPEG is not decoded again where there is nothing to cut out of it") {
  const std::vector<uint8_t> jpeg = Encode(cv::Mat(4000, 4000, CV_8UC3, cv::Scalar::all(90)), ".jpg");
  Options options;
  options.fast_decode = true;
  options.max_side = 500;
  const auto extra = [&](const RenderOptions& render) {
    fixtures::RestartPeak();
    const double before = fixtures::PeakMegabytesSinceRestart();
    const Rendered rendered = Mtcnn().Render(AsBytes(jpeg), options, render, never);
    CHECK(rendered.detection.faces.empty());
    return fixtures::PeakMegabytesSinceRestart() - before;
  };
  CHECK(extra(kEach[1]) > 40);  // it does measure
  CHECK(extra(kEach[2]) < 30);
}
#endif

TEST_CASE("a format that cannot have the image's sides is refused before the search") {
  const cv::Mat wide(2, 20000, CV_8UC3, cv::Scalar::all(9));
  const std::vector<uint8_t> png = Encode(wide, ".png");
  const auto code = [&](PictureFormat format) {
    return CodeOf([&] { Mtcnn().Render(AsBytes(png), {}, As(kFill, format), never); });
  };
  CHECK(code(PictureFormat::kWebp) == "INVALID_OPTION");
  CHECK(code(PictureFormat::kPng) == "nothing was thrown");
  CHECK(code(PictureFormat::kJpeg) == "nothing was thrown");
  CHECK(CodeOf([&] { Mtcnn().Render(AsBytes(png), {}, As(kEach[2], PictureFormat::kWebp), never); }) ==
        "nothing was thrown");  // crops are small
}

TEST_CASE("images of a pixel, damaged ones and cancelled jobs end as they do in Detect") {
  const std::vector<uint8_t> pixel = Encode(cv::Mat(1, 1, CV_8UC3, cv::Scalar(1, 2, 3)), ".png");
  CancelFlag cancelled;
  cancelled.Cancel();
  for (const RenderOptions& options : kEach) {
    CHECK_NOTHROW(Mtcnn().Render(AsBytes(pixel), {}, options, never));
    CHECK(CodeOf([&] { Mtcnn().Render(AsBytes(pixel), {}, options, cancelled); }) == "ABORTED");
    CHECK(CodeOf([&] { Mtcnn().Render(AsBytes(std::string("GIF89a")), {}, options, never); }) == "UNSUPPORTED_FORMAT");
    CHECK(CodeOf([&] { Mtcnn().Render(Raw(cv::Mat(1, 1, CV_8UC(5))), {}, options, never); }) == "INVALID_OPTION");
  }
}

#ifdef __linux__
// Decoded, 50 megapixels take 143 MB. With alpha a copy without it is searched, 333 MB together, and gone before the
// picture is written.
TEST_CASE("50 megapixels take little more memory than their pixels" * doctest::skip(!memory::kIsCounted)) {
  const cv::Mat image(7000, 7140, CV_8UC3, cv::Scalar::all(90));
  const auto extra = [](const std::vector<uint8_t>& file, const RenderOptions& options) {
    Options search;
    search.max_side = 500;
    fixtures::RestartPeak();
    const double before = fixtures::PeakMegabytesSinceRestart();
    Mtcnn().Render(AsBytes(file), search, options, never);
    return fixtures::PeakMegabytesSinceRestart() - before;
  };
  const std::vector<uint8_t> jpeg = Encode(image, ".jpg");
  const double plain = extra(jpeg, kEach[1]);
  CHECK(plain > 130);  // it does measure
  CHECK(plain < 180);
  CHECK(extra(jpeg, As(kEach[0], PictureFormat::kPng)) < 180);
  cv::Mat bgra;
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  const std::vector<uint8_t> png = Encode(bgra, ".png");
  CHECK(extra(png, kEach[1]) < 370);
  CHECK(extra(png, As(kEach[0], PictureFormat::kJpeg)) < 370);
}
#endif
}

TEST_SUITE("haar") {
  TEST_CASE("without landmarks faces are drawn and cut out, but not aligned") {
    Detector haar("haar", {{"frontal.xml", fixtures::ReadFile(fixtures::Folder("FACES_HAAR"))}});
    const std::string png = fixtures::DrawnFaces();
    const Rendered annotated = haar.Render(AsBytes(png), {}, kEach[0], never);
    CHECK(annotated.detection.faces.size() >= 2);
    CHECK(CodeOf([&] { haar.Render(AsBytes(png), {}, kEach[2], never); }) == "INVALID_OPTION");
    const Rendered crops = haar.Render(AsBytes(png), {}, {CropOptions{false, 0, 0}, {}, 0}, never);
    REQUIRE(crops.pictures.size() == annotated.detection.faces.size());
    const Box& box = crops.detection.faces[0].box;
    CHECK(std::abs(crops.pictures[0].width - (box.x2 - box.x1)) < 2);
  }
}
