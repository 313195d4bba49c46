#include "image/header.h"

#include <opencv2/imgcodecs.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"

using namespace faces;
using namespace encoded;
using fixtures::AsBytes;
using fixtures::CodeOf;

namespace {

template <typename Buffer>
Header Front(const Buffer& bytes) {
  return ReadHeader(AsBytes(bytes));
}

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// A JPEG with `count` comments of no text behind its first marker.
std::string JpegWithComments(int count) {
  const std::string jpeg = Text(Encode(fixtures::Noise(40, 30), ".jpg"));
  std::string comments;
  for (int i = 0; i < count; ++i) comments += std::string("\xFF\xFE\0\2", 4);
  return jpeg.substr(0, 2) + comments + jpeg.substr(2);
}

std::string Repeated(const std::string& part, size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

}  // namespace

TEST_CASE("the header says the size as stored and as displayed") {
  const cv::Mat image = fixtures::Noise(40, 30);
  for (const char* format : {".jpg", ".png", ".webp", ".bmp", ".tiff"}) {
    CAPTURE(format);
    std::vector<std::vector<uint8_t>> files{Encode(image, format)};
    if (std::string(format) == ".jpg") files.push_back(JpegWithExif(files[0], Exif(6)));
    if (std::string(format) == ".png") files.push_back(PngWithExif(files[0], Exif(6)));
    if (std::string(format) == ".tiff") files.push_back(Tiff({image, 6}));
    for (const std::vector<uint8_t>& file : files) {
      const Header header = Front(file);
      const bool is_turned = &file != &files.front();
      CHECK(header.orientation == (is_turned ? 6 : 1));
      CHECK(header.width == 40);
      CHECK(header.height == 30);
      CHECK(header.shown_width() == (is_turned ? 30 : 40));
      CHECK(header.shown_height() == (is_turned ? 40 : 30));
    }
  }
}

TEST_CASE("coefficients of a JPEG") {
  const cv::Mat image = fixtures::Noise(40, 30);
  const std::vector<uint8_t> baseline = Encode(image, ".jpg");
  const std::vector<uint8_t> progressive = Encode(image, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  CHECK(Front(baseline).coefficients == 0);
  // Chroma at half of both sides: units of 16x16 with six blocks, three across and two down.
  CHECK(Front(progressive).coefficients == 64 * 6 * 3 * 2);
}

TEST_CASE("what a header of each format says of its samples") {
  const auto samples = [](const std::vector<uint8_t>& file) { return Front(file).samples; };
  const cv::Mat gray(30, 40, CV_8U, cv::Scalar(7)), bgra(30, 40, CV_8UC4, cv::Scalar::all(7));
  CHECK(samples(Encode(gray, ".jpg")) == 1);
  CHECK(samples(Encode(fixtures::Noise(40, 30), ".jpg")) == 3);
  CHECK(samples(Encode(gray, ".png")) == 1);
  CHECK(samples(GrayAlphaPng(gray)) == 2);
  CHECK(samples(PalettePng()) == 3);
  CHECK(samples(PalettePngWithAlpha()) == 4);
  CHECK(samples(Encode(bgra, ".png")) == 4);
  CHECK(samples(Tiff({bgra})) == 4);
  CHECK(Front(Encode(cv::Mat(30, 40, CV_16UC3, cv::Scalar::all(7)), ".png")).bits == 16);
  CHECK(Front(Encode(bgra, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101})).is_lossless);
  CHECK_FALSE(Front(Encode(bgra, ".webp", {cv::IMWRITE_WEBP_QUALITY, 50})).is_lossless);
  CHECK(Front(AnimatedWebp({fixtures::Noise(40, 30)}, {40, 30})).is_lossless);
}

TEST_CASE("strips and tiles of a TIFF") {
  TiffSetting setting{fixtures::Noise(40, 30)};
  const Header one = Front(Tiff(setting));
  CHECK(one.strip_pixels == 40);  // libtiff chops it
  CHECK(one.strips == 1);
  setting.tile_side = 16;
  const Header tiled = Front(Tiff(setting));
  CHECK(tiled.strip_pixels == 16 * 16);
  CHECK(tiled.strips == 3 * 2);
  setting.planar = true;
  CHECK(Front(Tiff(setting)).is_planar);
  CHECK(Front(Encode(setting.image, ".tiff")).strip_pixels == 40 * 30);
}

TEST_CASE("files that hardly end before their pixels are refused, or read no further") {
  CHECK(Front(JpegWithComments(9000)).width == 40);
  const auto code = [&](const std::string& bytes) { return CodeOf([&] { ReadHeader(AsBytes(bytes)); }); };
  CHECK(code(JpegWithComments(10'001)) == "CORRUPT_IMAGE");
  const std::string png = Text(Encode(fixtures::Noise(40, 30), ".png"));
  const std::string empty("\0\0\0\0teXt....", 12);
  CHECK(code(png.substr(0, 33) + Repeated(empty, 12 * 10'001) + png.substr(33)) == "CORRUPT_IMAGE");
  CHECK(code(png.substr(0, png.size() - 12) + Repeated(empty, 12 * 10'001) + png.substr(png.size() - 12)) ==
        "nothing was thrown");
  // Neither is a marker, and each was looked at.
  const std::string jpeg = Text(Encode(fixtures::Noise(40, 30), ".jpg"));
  for (const std::string& filling : {std::string("\xFF"), std::string("\xFF\0", 2), std::string("\xFF\xD0")}) {
    CHECK(code(jpeg.substr(0, 2) + Repeated(filling, 1'000'000) + jpeg.substr(2)) == "CORRUPT_IMAGE");
    CHECK(code(jpeg.substr(0, 2) + Repeated(filling, 1000) + jpeg.substr(2)) == "nothing was thrown");
  }
}

TEST_CASE("sizes that no memory could hold do not overflow what is reckoned with them") {
  CHECK(Product(0, 5) == 0);
  CHECK(Product(7, 6) == 42);
  CHECK(Product(int64_t{1} << 32, int64_t{1} << 32) == int64_t{1} << 40);
  CHECK(Front(PngOfSize(0xFFFFFFFF, 0xFFFFFFFF)).pixels() == int64_t{1} << 40);
}
