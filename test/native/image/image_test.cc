#include "image/image.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../counted_memory.h"
#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"
#include "image/exif.h"

using namespace faces;
using namespace encoded;
using fixtures::AsBytes;
using fixtures::CodeOf;

namespace {

constexpr int64_t kMaxPixels = 50'000'000;

template <typename Buffer>
cv::Mat DecodeWith(const Buffer& bytes, int64_t max_pixels, bool accept_truncated) {
  Options options;
  options.max_pixels = max_pixels;
  options.accept_truncated = accept_truncated;
  return DecodeImage(AsBytes(bytes), options).pixels;
}

cv::Mat DecodeAll(const std::vector<uint8_t>& bytes) { return DecodeWith(bytes, kMaxPixels, false); }
cv::Mat DecodeAll(const std::string& bytes) { return DecodeWith(bytes, kMaxPixels, false); }

std::string DecodeCode(const std::string& bytes) {
  return CodeOf([&] { DecodeAll(bytes); });
}

template <typename Buffer>
std::string DecodeMessage(const Buffer& bytes) {
  try {
    DecodeAll(bytes);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool AreEqual(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }

// Every corner another colour, so that each of the eight orientations looks different.
cv::Mat Corners() {
  cv::Mat image(64, 96, CV_8UC3, cv::Scalar::all(128));
  image(cv::Rect(0, 0, 48, 32)) = cv::Scalar(255, 0, 0);
  image(cv::Rect(48, 0, 48, 32)) = cv::Scalar(0, 255, 0);
  image(cv::Rect(0, 32, 48, 32)) = cv::Scalar(0, 0, 255);
  return image;
}

// What a viewer shows for the stored pixels: EXIF 2.32, tag 0x0112, by the words of the standard (which side of the
// picture row 0 and column 0 are).
cv::Mat Displayed(const cv::Mat& stored, int orientation) {
  const bool swaps = orientation >= 5;
  cv::Mat shown(swaps ? stored.cols : stored.rows, swaps ? stored.rows : stored.cols, CV_8UC3);
  for (int y = 0; y < shown.rows; ++y) {
    for (int x = 0; x < shown.cols; ++x) {
      const int right = stored.cols - 1;
      const int bottom = stored.rows - 1;
      cv::Point from;
      switch (orientation) {
        case 1:
          from = {x, y};
          break;  // row 0 top, column 0 left
        case 2:
          from = {right - x, y};
          break;  // top, right
        case 3:
          from = {right - x, bottom - y};
          break;  // bottom, right
        case 4:
          from = {x, bottom - y};
          break;  // bottom, left
        case 5:
          from = {y, x};
          break;  // left, top
        case 6:
          from = {y, bottom - x};
          break;  // right, top
        case 7:
          from = {right - y, bottom - x};
          break;  // right, bottom
        default:
          from = {right - y, x};
          break;  // left, bottom
      }
      shown.at<cv::Vec3b>(y, x) = stored.at<cv::Vec3b>(from);
    }
  }
  return shown;
}

}  // namespace

TEST_CASE("lossless formats come out as they went in") {
  const cv::Mat image = fixtures::Noise(37, 23);
  CHECK(AreEqual(DecodeAll(Encode(image, ".png")), image));
  CHECK(AreEqual(DecodeAll(Encode(image, ".bmp")), image));
  CHECK(AreEqual(DecodeAll(Encode(image, ".tiff")), image));
  CHECK(AreEqual(DecodeAll(Tiff({image})), image));
  CHECK(AreEqual(DecodeAll(Encode(image, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101})), image));
}

TEST_CASE("JPEG comes out as imdecode gives it") {
  const std::vector<uint8_t> jpeg = Encode(fixtures::Noise(37, 23), ".jpg");
  CHECK(AreEqual(DecodeAll(jpeg), cv::imdecode(jpeg, cv::IMREAD_COLOR)));
  const std::vector<uint8_t> progressive = Encode(fixtures::Noise(37, 23), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  CHECK(AreEqual(DecodeAll(progressive), cv::imdecode(progressive, cv::IMREAD_COLOR)));
}

TEST_CASE("lossy WebP is close to what went in") {
  cv::Mat smooth;
  cv::GaussianBlur(fixtures::Noise(64, 48), smooth, {0, 0}, 5);
  CHECK(cv::norm(DecodeAll(Encode(smooth, ".webp", {cv::IMWRITE_WEBP_QUALITY, 95})), smooth, cv::NORM_INF) < 30);
}

TEST_CASE("all eight orientations, in every format that can carry one") {
  const cv::Mat image = Corners();
  const std::vector<uint8_t> png = Encode(image, ".png");
  const std::vector<uint8_t> jpeg = Encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, 100});
  const std::vector<uint8_t> webp = Encode(image, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101});
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const cv::Mat expected = Displayed(image, orientation);
    CAPTURE(orientation);
    for (const bool big_endian : {false, true}) {
      CHECK(AreEqual(DecodeAll(PngWithExif(png, Exif(orientation, big_endian))), expected));
      CHECK(AreEqual(DecodeAll(WebpWithExif(webp, Exif(orientation, big_endian), image.size())), expected));
      CHECK(AreEqual(DecodeAll(Tiff({image, orientation, big_endian})), expected));
      CHECK(AreEqual(DecodeAll(JpegWithExif(jpeg, Exif(orientation, big_endian))),
                     Displayed(DecodeAll(jpeg), orientation)));
    }
  }
}

// A number of another type, or given twice, was turned by libtiff's reading and not by ours.
TEST_CASE("a TIFF's orientation as a LONG, of several values, out of range or beside rubbish") {
  const cv::Mat image = Corners();
  for (const bool big_endian : {false, true}) {
    std::vector<uint8_t> tiff = Tiff({image, 6, big_endian});
    size_t value_at = 0;
    ForEachTiffEntry(AsBytes(tiff), FirstTiffDirectory(AsBytes(tiff)), [&](const TiffEntry& entry) {
      if (entry.tag == kOrientationTag) value_at = entry.at;
    });
    REQUIRE(value_at > 0);
    const auto with = [&](size_t at, std::vector<uint8_t> bytes) {
      std::vector<uint8_t> changed = tiff;
      if (big_endian) std::reverse(bytes.begin(), bytes.end());
      std::copy(bytes.begin(), bytes.end(), &changed[at]);
      return changed;
    };
    // Behind a SHORT may stand anything, its own value too.
    std::vector<uint8_t> rubbish = tiff;
    rubbish[value_at + 2] = rubbish[value_at + 3] = 6;
    CHECK(AreEqual(DecodeAll(rubbish), Displayed(image, 6)));
    std::vector<uint8_t> as_long = with(value_at - 6, {4, 0});
    if (big_endian) std::swap(as_long[value_at + 1], as_long[value_at + 3]);
    CHECK(AreEqual(DecodeAll(as_long), Displayed(image, 6)));
    CHECK(AreEqual(DecodeAll(with(value_at, {9, 0})), image));
    CHECK(AreEqual(DecodeAll(with(value_at, {0, 0})), image));
    CHECK(AreEqual(DecodeAll(with(value_at - 4, {2, 0, 0, 0})), image));
  }
}

TEST_CASE("an orientation that is none, or an EXIF block that is broken, changes nothing") {
  const cv::Mat image = Corners();
  const std::vector<uint8_t> png = Encode(image, ".png");
  for (const int orientation : {0, 9, 4000}) CHECK(AreEqual(DecodeAll(PngWithExif(png, Exif(orientation))), image));
  const std::string exif = Exif(6);
  for (size_t length = 0; length < exif.size() - 6; ++length) {
    CAPTURE(length);
    CHECK_NOTHROW(DecodeAll(PngWithExif(png, exif.substr(0, length))));
  }
  CHECK(AreEqual(DecodeAll(PngWithExif(png, {"II*\0\xFF\xFF\xFF\xFF", 8})), image));
}

TEST_CASE("gray, gray with alpha, palette, RGBA and 16 bits come out as 8-bit BGR") {
  const cv::Mat image = fixtures::Noise(20, 10);
  cv::Mat gray, gray_bgr, rgba, deep, deep_gray;
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  cv::cvtColor(gray, gray_bgr, cv::COLOR_GRAY2BGR);
  cv::cvtColor(image, rgba, cv::COLOR_BGR2BGRA);
  for (int i = 0; i < 200; ++i) rgba.at<cv::Vec4b>(i)[3] = static_cast<uint8_t>(i);
  image.convertTo(deep, CV_16U, 256, 255);  // the lower byte must not round the upper one up
  gray.convertTo(deep_gray, CV_16U, 256, 255);
  for (const char* format : {".png", ".tiff", ".bmp"}) {
    CAPTURE(format);
    CHECK(AreEqual(DecodeAll(Encode(gray, format)), gray_bgr));
    CHECK(AreEqual(DecodeAll(Encode(rgba, format)), image));
    if (std::string(format) == ".bmp") continue;
    CHECK(AreEqual(DecodeAll(Encode(deep, format)), image));
    CHECK(AreEqual(DecodeAll(Encode(deep_gray, format)), gray_bgr));
  }
  // Transparent in a TIFF: dropped, not multiplied in, whichever kind of alpha it says it is.
  for (const int kind : {0, 1, 2}) {
    TiffSetting setting{rgba};
    setting.alpha_kind = kind;
    CHECK(AreEqual(DecodeAll(Tiff(setting)), image));
    setting.big_endian = true;
    CHECK(AreEqual(DecodeAll(Tiff(setting)), image));
  }
  CHECK(AreEqual(DecodeAll(GrayAlphaPng(gray)), gray_bgr));
  const cv::Mat palette = DecodeAll(PalettePng());
  CHECK(palette.at<cv::Vec3b>(0, 0) == cv::Vec3b(30, 20, 10));
  CHECK(palette.at<cv::Vec3b>(0, 1) == cv::Vec3b(60, 50, 40));
}

TEST_CASE("16-bit TIFF of either byte order, with and without alpha, loses its lower bytes") {
  const cv::Mat image = fixtures::Noise(20, 10);
  cv::Mat deep, deep_alpha;
  image.convertTo(deep, CV_16U, 256, 255);
  cv::cvtColor(deep, deep_alpha, cv::COLOR_BGR2BGRA);
  for (const bool big_endian : {false, true}) {
    for (const int orientation : {1, 6}) {
      CHECK(AreEqual(DecodeAll(Tiff({deep, orientation, big_endian})), Displayed(image, orientation)));
      TiffSetting setting{deep_alpha, orientation, big_endian};
      setting.alpha_kind = 2;
      CHECK(AreEqual(DecodeAll(Tiff(setting)), Displayed(image, orientation)));
    }
  }
}

TEST_CASE("the first frame of an animated WebP, the first page of a TIFF") {
  const cv::Mat first = fixtures::Noise(32, 16, 1);
  const cv::Mat second = fixtures::Noise(32, 16, 2);
  CHECK(AreEqual(DecodeAll(AnimatedWebp({first, second}, first.size())), first));
  const std::string file = fixtures::Folder("FACES_DRAWN") + "/pages.tiff";  // only files can have several pages in 4.6
  REQUIRE(cv::imwrite(file, std::vector<cv::Mat>{first, second}));
  CHECK(AreEqual(DecodeAll(fixtures::ReadFile(file)), first));
}

TEST_CASE("what is no image, or no image that is read here, is named") {
  CHECK(DecodeCode("") == "EMPTY_IMAGE");
  CHECK(DecodeCode("<html><body>not found</body></html>") == "UNSUPPORTED_FORMAT");
  CHECK(DecodeCode(std::string(1000, '\0')) == "UNSUPPORTED_FORMAT");
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> known{
      {"GIF89a\1\0\1\0", "GIF"},
      {"\0\0\0\x18"s + "ftypheic\0\0\0\0"s + "mif1heic", "HEIC"},
      {"\0\0\0\x18"s + "ftypmif1\0\0\0\0"s + "mif1heic", "HEIC"},
      {"\0\0\0\x1c"s + "ftypavif\0\0\0\0"s + "avifmif1miaf", "AVIF"},
      {"\0\0\0\x18"s + "ftypmif1\0\0\0\0"s + "mif1avif", "AVIF"},
      {"\0\0\0\x18"s + "ftypisom\0\0\0\0"s + "isomiso2", "MP4"},
      {"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"},
      {"\xEF\xBB\xBF\n<?xml version=\"1.0\"?>\n<!-- drawn -->\n<svg/>", "SVG"},
      {"\xFF\x0A rest", "JPEG XL"},
      {"\0\0\0\x0CjP  \r\n"s, "JPEG 2000"},
      {"%PDF-1.7", "PDF"},
      {"II+\0\x08\0\0\0"s, "BigTIFF"},
  };
  for (const auto& format : known) {
    CAPTURE(format.second);
    const auto& [bytes, name] = format;
    CHECK(DecodeCode(bytes) == "UNSUPPORTED_FORMAT");
    CHECK(DecodeMessage(bytes).find(name + " is not supported") == 0);
  }
}

TEST_CASE("the header's size is held against the limit before anything is decoded") {
  const cv::Mat image = fixtures::Noise(40, 30);
  for (const char* format : {".jpg", ".png", ".bmp", ".tiff", ".webp"}) {
    const std::vector<uint8_t> bytes = Encode(image, format);
    CAPTURE(format);
    CHECK(CodeOf([&] { DecodeWith(bytes, 1199, false); }) == "TOO_MANY_PIXELS");
    CHECK(DecodeWith(bytes, 1200, false).total() == 1200);
  }
  CHECK(CodeOf([&] { DecodeAll(PngOfSize(19000, 19000)); }) == "TOO_MANY_PIXELS");
  CHECK(CodeOf([&] { DecodeAll(PngOfSize(0xFFFFFFFF, 0xFFFFFFFF)); }) == "TOO_MANY_PIXELS");
  TiffSetting tiles{image};
  tiles.tile_side = 30000;
  CHECK(CodeOf([&] { DecodeAll(Tiff(tiles)); }) == "TOO_MANY_PIXELS");
}

// A file of 7.6 MB with a thousand compressed texts took 7.5 GB, and one of 19 MB wrote 48 MB of warnings to the log.
TEST_CASE("texts, profiles and the like of a PNG do not get as far as libpng") {
  const cv::Mat image = fixtures::Noise(20, 10);
  const std::vector<uint8_t> png = Encode(image, ".png");
  for (const char* type : {"zTXt", "iTXt", "iCCP", "gAMA", "tRNS", "eXIf"}) {
    CAPTURE(type);
    const std::vector<uint8_t> bomb = PngWithChunks(png, type, "damaged", 3);
    cv::Mat decoded;
    CHECK(decoding::StandardErrorOf([&] { decoded = DecodeAll(bomb); }) == "");
    CHECK(AreEqual(decoded, image));
    const std::vector<uint8_t> cut(bomb.begin(), bomb.end() - 200);
    CHECK(CodeOf([&] { DecodeAll(cut); }) == "TRUNCATED_IMAGE");
  }
}

// 94 bytes gave a picture of 16000 x 16000: the limit was held against the canvas, and the frame was decoded.
TEST_CASE("a frame of an animated WebP that is larger than its canvas is refused") {
  const auto code = [](const cv::Size& canvas) {
    return CodeOf([&] { DecodeAll(AnimatedWebp({fixtures::Noise(40, 30)}, canvas)); });
  };
  CHECK(code({1, 1}) == "CORRUPT_IMAGE");
  CHECK(code({39, 100}) == "CORRUPT_IMAGE");
  CHECK(code({100, 29}) == "CORRUPT_IMAGE");
  CHECK(code({40, 30}) == "nothing was thrown");
}

// 359 KB kept a thread busy for 12 seconds: 5000 scans, each a pass over 49 megapixels.
TEST_CASE("a JPEG of more than 100 scans is refused") {
  const std::vector<uint8_t> jpeg = Encode(fixtures::Noise(40, 30), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  const std::string text(jpeg.begin(), jpeg.end() - 2);
  const std::string start = "\xFF\xDA";
  int scans = 0;
  for (size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) ++scans;
  REQUIRE(scans > 1);
  const auto with_scans = [&](int count) {
    std::string bytes = text;
    for (; count > scans; --count) bytes += text.substr(text.rfind(start));
    return bytes + "\xFF\xD9";
  };
  CHECK(AreEqual(DecodeAll(with_scans(scans)), DecodeAll(jpeg)));
  CHECK_NOTHROW(DecodeAll(with_scans(100)));
  CHECK(DecodeCode(with_scans(101)) == "CORRUPT_IMAGE");
  CHECK(DecodeMessage(with_scans(101)) == "the JPEG has more than 100 scans");
}

// The limit was held against the last of two widths and libtiff took the first: 389 KB gave 20000 x 20000 pixels.
TEST_CASE("of a TIFF's tag that stands there twice the first counts, for the limit and for the pixels") {
  const cv::Mat image = fixtures::Noise(20, 10);
  TiffSetting setting{image};
  setting.more = {{256, 4, {10}}, {257, 4, {5}}};
  CHECK(DecodeAll(Tiff(setting)).size() == cv::Size(10, 5));
  setting.more = {{256, 4, {20'000}}, {257, 4, {20'000}}};
  CHECK(CodeOf([&] { DecodeAll(Tiff(setting)); }) == "TOO_MANY_PIXELS");
  setting.more = {{700, 1, {0}}, {700, 1, {0}}, {284, 3, {1}}};
  CHECK(AreEqual(DecodeAll(Tiff(setting)), image));
}

TEST_CASE("a TIFF's layout may be in numbers of any whole type, and in no other one") {
  const cv::Mat image = fixtures::Noise(20, 10);
  const std::vector<std::pair<uint32_t, uint32_t>> layout{{256, 20}, {257, 10}, {258, 8}, {262, 2}, {277, 3}, {284, 1}};
  for (const auto& entry : layout) {
    const auto& [tag, value] = entry;
    CAPTURE(entry.first);
    for (const uint32_t type : {1U, 3U, 4U, 8U, 9U}) {  // BYTE, SHORT, LONG, SSHORT, SLONG
      CAPTURE(type);
      TiffSetting setting{image};
      setting.more = {{tag, type, {value}}};
      CHECK(AreEqual(DecodeAll(Tiff(setting)), image));
    }
    for (const uint32_t type : {2U, 5U, 11U, 12U}) {  // ASCII, RATIONAL, FLOAT, DOUBLE
      CAPTURE(type);
      TiffSetting setting{image};
      setting.more = {{tag, type, {value}}};
      CHECK(DecodeMessage(Tiff(setting)) == "the TIFF header is damaged or cut short");
    }
    TiffSetting negative{image};
    negative.more = {{tag, 9, {0xFFFFFFFF}}};
    CHECK(DecodeMessage(Tiff(negative)) == "the TIFF header is damaged or cut short");
  }
}

// What stands elsewhere was overwritten as if it stood in the entry: where that was the header, with another directory.
TEST_CASE("the kind of alpha of a TIFF is changed in its own place only") {
  // Gray with three more samples, whose kinds stand where the pixels do: the first is 2 (two bytes, 2 and 0).
  std::vector<uint8_t> tiff = Tiff({cv::Mat(10, 20, CV_8UC4, cv::Scalar(0, 0, 2, 0))});
  const auto entry = [&](size_t index) { return &tiff[8 + 2 + index * 12]; };
  REQUIRE(entry(4)[0] == (262 & 0xFF));
  entry(4)[8] = 1;
  REQUIRE(entry(10)[0] == (338 & 0xFF));
  entry(10)[4] = 3;
  entry(10)[8] = static_cast<uint8_t>(tiff.size() - 10 * 20 * 4);
  CHECK(DecodeAll(tiff).at<cv::Vec3b>(0, 0) == cv::Vec3b(2, 2, 2));
}

// Found by fuzzing: where pixels are compressed, OpenCV took memory for each row that a strip claims, up to 1 GB,
// whatever the pixel limit.
TEST_CASE("a TIFF whose strip has more rows than the picture takes no more memory than others") {
  const cv::Mat image = fixtures::Noise(100, 10);
  for (std::vector<uint8_t> tiff : {Encode(image, ".tiff"), Tiff({image, 1, true})}) {
    size_t rows_at = 0;
    ForEachTiffEntry(AsBytes(tiff), FirstTiffDirectory(AsBytes(tiff)), [&](const TiffEntry& entry) {
      if (entry.tag == 278) rows_at = entry.at;
    });
    REQUIRE(rows_at > 0);
    for (const uint8_t type : {uint8_t{3}, uint8_t{4}}) {
      CAPTURE(type);
      tiff[rows_at - (tiff[0] == 'M' ? 5 : 6)] = type;
      // 65,535, or 4,294,901,760 as a LONG that begins with its upper half.
      const std::vector<uint8_t> rows{0xFF, 0xFF, 0, 0};
      std::copy(rows.begin(), rows.end(), &tiff[rows_at]);
      const size_t before = memory::Live();
      memory::RestartPeak();
      CHECK(AreEqual(DecodeAll(tiff), image));
      CHECK(memory::Peak() - before < 1U << 20);
    }
  }
}

// Bytes of the heap came back as pixels: the buffer of a picture plane by plane was filled to a third.
TEST_CASE("16-bit TIFF channel by channel, or with fewer channels than colours need") {
  const cv::Mat image = fixtures::Noise(20, 10);
  cv::Mat deep;
  image.convertTo(deep, CV_16U, 257);
  TiffSetting setting{deep};
  setting.planar = true;
  CHECK(AreEqual(DecodeAll(Tiff(setting)), image));
  cv::Mat gray;
  cv::extractChannel(deep, gray, 0);
  std::vector<uint8_t> colour_of_one = Tiff({gray});
  constexpr size_t kColourEntry = 8 + 2 + 4 * 12;
  REQUIRE(colour_of_one[kColourEntry] == (262 & 0xFF));
  colour_of_one[kColourEntry + 8] = 2;
  CHECK(CodeOf([&] { DecodeAll(colour_of_one); }) == "CORRUPT_IMAGE");
}

TEST_CASE("a truncated image is an error; of a JPEG the part that is there can be asked for") {
  cv::Mat image;
  cv::GaussianBlur(fixtures::Noise(200, 200), image, {0, 0}, 3);
  for (const bool progressive : {false, true}) {
    const std::vector<uint8_t> jpeg = Encode(image, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
    const std::vector<uint8_t> half(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2));
    CHECK(CodeOf([&] { DecodeAll(half); }) == "TRUNCATED_IMAGE");
    CHECK(DecodeWith(half, kMaxPixels, true).size() == image.size());
  }
  for (const char* format : {".png", ".webp", ".bmp", ".tiff"}) {
    const std::vector<uint8_t> whole = Encode(image, format);
    const std::vector<uint8_t> half(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
    CAPTURE(format);
    for (const bool accept : {false, true}) {
      const std::string code = CodeOf([&] { DecodeWith(half, kMaxPixels, accept); });
      CHECK((code == "TRUNCATED_IMAGE" || code == "CORRUPT_IMAGE"));
    }
  }
}

TEST_CASE("a thumbnail's end marker does not pass for the picture's") {
  const std::vector<uint8_t> jpeg = Encode(fixtures::Noise(64, 64), ".jpg");
  std::string exif = Exif(1);
  exif += std::string(jpeg.begin(), jpeg.end());  // a whole JPEG inside the EXIF block
  std::vector<uint8_t> with_thumbnail = JpegWithExif(jpeg, exif);
  CHECK_NOTHROW(DecodeAll(with_thumbnail));
  with_thumbnail.resize(with_thumbnail.size() - 100);
  CHECK(CodeOf([&] { DecodeAll(with_thumbnail); }) == "TRUNCATED_IMAGE");
}

TEST_CASE("what follows the image is nobody's business") {
  const cv::Mat image = fixtures::Noise(20, 20);
  for (const char* format : {".png", ".jpg", ".bmp"}) {
    std::vector<uint8_t> bytes = Encode(image, format);
    bytes.insert(bytes.end(), 1000, 0xFF);
    CHECK_NOTHROW(DecodeAll(bytes));
  }
}

TEST_CASE("any cut of any format is an error with a code, never a crash") {
  const cv::Mat image = fixtures::Noise(24, 24);
  for (const char* format : {".jpg", ".png", ".bmp", ".tiff", ".webp"}) {
    const std::vector<uint8_t> bytes = Encode(image, format);
    for (size_t length = 1; length < bytes.size(); length += length < 200 ? 1 : 37) {
      const std::vector<uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      try {
        DecodeWith(cut, kMaxPixels, true);
      } catch (const Error& error) {
        const std::string code = ErrorName(error.code());
        CAPTURE(format);
        CAPTURE(length);
        CHECK((code == "TRUNCATED_IMAGE" || code == "CORRUPT_IMAGE" || code == "UNSUPPORTED_FORMAT"));
      }
    }
  }
}

TEST_CASE("any damaged byte of any format is an image, or an error with a code") {
  const cv::Mat image = fixtures::Noise(24, 24);
  fixtures::Random random(17);
  for (const char* format : {".jpg", ".png", ".bmp", ".tiff", ".webp"}) {
    const std::vector<uint8_t> bytes = Encode(image, format);
    for (int round = 0; round < 400; ++round) {
      std::vector<uint8_t> damaged = bytes;
      const uint32_t range = static_cast<uint32_t>(round < 200 ? std::min<size_t>(bytes.size(), 80) : bytes.size());
      damaged[random.Next(range)] = static_cast<uint8_t>(random.Next(256));
      try {
        const cv::Mat decoded = DecodeWith(damaged, 1'000'000, false);
        CHECK(decoded.type() == CV_8UC3);
        CHECK(decoded.total() <= 1'000'000);
      } catch (const Error&) {
        // any of ours
      }
    }
  }
}

namespace {

// Allows no reduction but by the smallest face: 40 pixels for a half, 80 for a quarter, 160 for an eighth.
Options FastDecode(double min_face_size) {
  Options options;
  options.fast_decode = true;
  options.min_face_size = min_face_size;
  return options;
}

cv::Mat Smooth(int width, int height) {
  cv::Mat image;
  cv::GaussianBlur(fixtures::Noise(width, height), image, {0, 0}, 6);
  cv::normalize(image, image, 0, 255, cv::NORM_MINMAX);
  return image;
}

// The largest difference between a decoded pixel and the mean of the square that it is to stand for, over all squares
// that lie within the image.
double Misplacement(const DecodedImage& reduced, const cv::Mat& whole) {
  double worst = 0;
  int compared = 0;
  for (int y = 0; y < reduced.pixels.rows; ++y) {
    for (int x = 0; x < reduced.pixels.cols; ++x) {
      const cv::Rect square(reduced.origin + cv::Point(x, y) * reduced.reduction,
                            cv::Size(reduced.reduction, reduced.reduction));
      if ((square & cv::Rect({0, 0}, whole.size())) != square) continue;
      const cv::Scalar mean = cv::mean(whole(square));
      for (int c = 0; c < 3; ++c) worst = std::max(worst, std::abs(mean[c] - reduced.pixels.at<cv::Vec3b>(y, x)[c]));
      ++compared;
    }
  }
  REQUIRE(compared > 0);
  return worst;
}

}  // namespace

TEST_CASE("a JPEG is reduced as far as the search allows, and only where that is asked for") {
  Options options;
  options.max_side = 500;
  options.min_face_size = 400;
  CHECK(ReductionFor(4032, options) == 1);
  const auto by_side = [](int64_t longer_side, int max_side) {
    Options asked = FastDecode(20);
    asked.max_side = max_side;
    return ReductionFor(longer_side, asked);
  };
  CHECK(by_side(4000, 0) == 1);
  CHECK(by_side(4000, 5000) == 1);
  CHECK(by_side(4000, 4000) == 1);
  CHECK(by_side(4000, 2001) == 1);
  CHECK(by_side(4000, 2000) == 2);
  CHECK(by_side(3999, 2000) == 2);  // libjpeg rounds up
  CHECK(by_side(4000, 1001) == 2);
  CHECK(by_side(4000, 1000) == 4);
  CHECK(by_side(4000, 500) == 8);
  CHECK(by_side(65535, 12) == 8);
  const auto by_face = [](double min_face_size) { return ReductionFor(4000, FastDecode(min_face_size)); };
  CHECK(by_face(39) == 1);
  CHECK(by_face(40) == 2);
  CHECK(by_face(79) == 2);
  CHECK(by_face(80) == 4);
  CHECK(by_face(160) == 8);
  options = FastDecode(80);
  options.max_side = 2000;
  CHECK(ReductionFor(4000, options) == 4);  // the larger of both
}

TEST_CASE("a reduced JPEG: every pixel stands for its square of the image as displayed, in all eight orientations") {
  for (const cv::Size& stored : {cv::Size(96, 64), cv::Size(97, 71), cv::Size(89, 66), cv::Size(111, 103)}) {
    const std::vector<uint8_t> jpeg =
        Encode(Smooth(stored.width, stored.height), ".jpg", {cv::IMWRITE_JPEG_QUALITY, 100});
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const std::vector<uint8_t> turned = JpegWithExif(jpeg, Exif(orientation));
      const cv::Mat whole = DecodeAll(turned);
      for (const int reduction : {2, 4, 8}) {
        CAPTURE(stored.width);
        CAPTURE(orientation);
        CAPTURE(reduction);
        const DecodedImage reduced = DecodeImage(AsBytes(turned), FastDecode(20 * reduction));
        CHECK(reduced.reduction == reduction);
        CHECK(reduced.size == whole.size());
        CHECK(reduced.pixels.cols == (whole.cols + reduction - 1) / reduction);
        CHECK(reduced.pixels.rows == (whole.rows + reduction - 1) / reduction);
        CHECK(Misplacement(reduced, whole) < 12);
      }
    }
  }
}

TEST_CASE("without fast_decode, and in other formats with it, every pixel is as before") {
  const cv::Mat image = fixtures::Noise(83, 61);
  for (const char* format : {".jpg", ".png", ".bmp", ".tiff", ".webp"}) {
    CAPTURE(format);
    const std::vector<uint8_t> bytes = Encode(image, format);
    Options options = FastDecode(160);
    options.fast_decode = std::string(format) != ".jpg";
    const DecodedImage decoded = DecodeImage(AsBytes(bytes), options);
    CHECK(decoded.reduction == 1);
    CHECK(decoded.size == image.size());
    CHECK(decoded.origin == cv::Point(0, 0));
    CHECK(AreEqual(decoded.pixels, cv::imdecode(bytes, cv::IMREAD_COLOR)));
  }
}

TEST_CASE("tiny JPEGs, gray and progressive ones are reduced as well") {
  for (int width = 1; width <= 18; ++width) {
    for (const int height : {1, 7, 8, 9, 17}) {
      cv::Mat gray;
      cv::cvtColor(fixtures::Noise(width, height), gray, cv::COLOR_BGR2GRAY);
      for (const int progressive : {0, 1}) {
        const auto jpeg = Encode(progressive != 0 ? fixtures::Noise(width, height) : gray, ".jpg",
                                 {cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
        for (const int reduction : {2, 4, 8}) {
          const DecodedImage decoded = DecodeImage(AsBytes(jpeg), FastDecode(20 * reduction));
          CHECK(decoded.size == cv::Size(width, height));
          CHECK(decoded.pixels.type() == CV_8UC3);
          CHECK(decoded.pixels.cols == (width + reduction - 1) / reduction);
          CHECK(decoded.pixels.rows == (height + reduction - 1) / reduction);
        }
      }
    }
  }
}

TEST_CASE("a JPEG that is to be reduced meets the same limits and checks") {
  const std::vector<uint8_t> jpeg = Encode(Smooth(200, 200), ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  const auto code = [](const std::vector<uint8_t>& bytes, const Options& options) {
    return CodeOf([&] { DecodeImage(AsBytes(bytes), options); });
  };
  Options options = FastDecode(160);
  options.max_pixels = 200 * 200 - 1;  // of the image, not of what is left of it
  CHECK(code(jpeg, options) == "TOO_MANY_PIXELS");
  options.max_pixels = 200 * 200;
  CHECK(code(jpeg, options) == "nothing was thrown");

  const std::vector<uint8_t> half(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2));
  CHECK(code(half, options) == "TRUNCATED_IMAGE");
  options.accept_truncated = true;
  CHECK(DecodeImage(AsBytes(half), options).pixels.size() == cv::Size(25, 25));

  const std::string text(jpeg.begin(), jpeg.end() - 2);
  std::vector<uint8_t> scans(jpeg.begin(), jpeg.end() - 2);
  const std::string last = text.substr(text.rfind("\xFF\xDA"));
  for (int i = 0; i < 100; ++i) scans.insert(scans.end(), last.begin(), last.end());
  scans.insert(scans.end(), {0xFF, 0xD9});
  CHECK(code(scans, options) == "CORRUPT_IMAGE");

  fixtures::Random random(18);
  for (int round = 0; round < 400; ++round) {
    std::vector<uint8_t> damaged = jpeg;
    damaged[random.Next(round < 300 ? 700 : static_cast<uint32_t>(jpeg.size()))] =
        static_cast<uint8_t>(random.Next(256));
    try {
      options.max_pixels = 1'000'000;
      const DecodedImage decoded = DecodeImage(AsBytes(damaged), options);
      CHECK(decoded.pixels.cols == (decoded.size.width + 7) / 8);
      CHECK(decoded.pixels.rows == (decoded.size.height + 7) / 8);
    } catch (const Error&) {
      // any of ours
    }
  }
}

TEST_CASE("raw pixels: gray, RGB, BGR, with and without alpha") {
  const cv::Mat image = fixtures::Noise(7, 5);
  const auto wrap = [](const cv::Mat& pixels, bool is_rgb) -> cv::Mat {
    return WrapRawImage(
               {{pixels.data, pixels.total() * pixels.elemSize()}, pixels.cols, pixels.rows, pixels.channels(), is_rgb},
               kMaxPixels)
        .pixels;
  };
  cv::Mat rgb, rgba, bgra, gray, gray_bgr;
  cv::cvtColor(image, rgb, cv::COLOR_BGR2RGB);
  cv::cvtColor(image, rgba, cv::COLOR_BGR2RGBA);
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  cv::cvtColor(gray, gray_bgr, cv::COLOR_GRAY2BGR);
  CHECK(wrap(image, false).data == image.data);  // no copy
  CHECK(AreEqual(wrap(rgb, true), image));
  CHECK(AreEqual(wrap(rgba, true), image));
  CHECK(AreEqual(wrap(bgra, false), image));
  CHECK(AreEqual(wrap(gray, true), gray_bgr));
}

TEST_CASE("raw pixels of a wrong shape are refused") {
  const std::vector<uint8_t> pixels(300);
  const auto code = [&](size_t bytes, int width, int height, int channels) {
    return CodeOf([&] { WrapRawImage({{pixels.data(), bytes}, width, height, channels, true}, 1000); });
  };
  CHECK(code(300, 10, 10, 3) == "nothing was thrown");
  CHECK(code(299, 10, 10, 3) == "INVALID_OPTION");
  CHECK(code(300, 10, 10, 2) == "INVALID_OPTION");
  CHECK(code(0, 0, 10, 3) == "INVALID_OPTION");
  CHECK(code(0, 10, -1, 3) == "INVALID_OPTION");
  CHECK(code(300, 50000, 50000, 3) == "TOO_MANY_PIXELS");
}
