#include "image/png.h"

#include <png.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../counted_memory.h"
#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

struct Setting {
  int type = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  bool is_interlaced = false;
  bool has_transparent_colour = false;
};

int ChannelsOf(int type) {
  return ((type & PNG_COLOR_MASK_COLOR) != 0 && (type & PNG_COLOR_MASK_PALETTE) == 0 ? 3 : 1) +
         ((type & PNG_COLOR_MASK_ALPHA) != 0 ? 1 : 0);
}

// Random samples, written by libpng.
std::vector<uint8_t> Png(const Setting& setting, int width = 37, int height = 23) {
  std::vector<uint8_t> file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &file,
      [](png_structp writer, png_bytep bytes, size_t size) {
        auto& to = *static_cast<std::vector<uint8_t>*>(png_get_io_ptr(writer));
        to.insert(to.end(), bytes, bytes + size);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), setting.bits, setting.type,
               setting.is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  fixtures::Random random(7);
  std::vector<png_color> palette(256);
  for (png_color& colour : palette) {
    colour = {static_cast<png_byte>(random.Next(256)), static_cast<png_byte>(random.Next(256)),
              static_cast<png_byte>(random.Next(256))};
  }
  if (setting.type == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette.data(), 1 << setting.bits);
  png_color_16 colour{};
  const png_byte alphas[] = {0, 100};
  if (setting.has_transparent_colour) png_set_tRNS(png, info, alphas, 2, &colour);
  png_write_info(png, info);
  const size_t row_bytes = (static_cast<size_t>(width * ChannelsOf(setting.type) * setting.bits) + 7) / 8;
  std::vector<uint8_t> pixels(row_bytes * static_cast<size_t>(height));
  for (uint8_t& byte : pixels) byte = static_cast<uint8_t>(random.Next(256));
  std::vector<png_bytep> rows;
  for (int y = 0; y < height; ++y) rows.push_back(&pixels[static_cast<size_t>(y) * row_bytes]);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

std::vector<Setting> Kinds() {
  std::vector<Setting> kinds;
  for (const bool is_interlaced : {false, true}) {
    for (const int bits : {1, 2, 4, 8, 16}) {
      kinds.push_back({PNG_COLOR_TYPE_GRAY, bits, is_interlaced});
      if (bits <= 8) kinds.push_back({PNG_COLOR_TYPE_PALETTE, bits, is_interlaced});
      if (bits < 8) continue;
      for (const int type : {PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA, PNG_COLOR_TYPE_GRAY_ALPHA}) {
        kinds.push_back({type, bits, is_interlaced});
      }
    }
  }
  return kinds;
}

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

constexpr size_t kChunkFrame = 12;

}  // namespace

TEST_CASE("every kind of PNG comes out as imdecode gives it, to the bit") {
  for (Setting kind : Kinds()) {
    for (const bool has_transparent_colour : {false, true}) {
      kind.has_transparent_colour = has_transparent_colour && (kind.type & PNG_COLOR_MASK_ALPHA) == 0;
      CAPTURE(kind.type);
      CAPTURE(kind.bits);
      CAPTURE(kind.is_interlaced);
      const std::vector<uint8_t> png = Png(kind);
      CHECK(AreEqual(Decode(png), ByOpenCv(png)));
    }
  }
}

TEST_CASE("alpha of a PNG is kept beside the same colours") {
  for (const int bits : {8, 16}) {
    for (const int type : {PNG_COLOR_TYPE_RGBA, PNG_COLOR_TYPE_GRAY_ALPHA}) {
      const std::vector<uint8_t> png = Png({type, bits});
      const cv::Mat kept = Decode(png, Alpha::kKept);
      REQUIRE(kept.type() == CV_8UC4);
      cv::Mat bgr;
      cv::cvtColor(kept, bgr, cv::COLOR_BGRA2BGR);
      CHECK(AreEqual(bgr, Decode(png)));
    }
  }
  const cv::Mat palette = Decode(PalettePngWithAlpha(), Alpha::kKept);
  CHECK(palette.at<cv::Vec4b>(0, 0) == cv::Vec4b(30, 20, 10, 40));
  CHECK(palette.at<cv::Vec4b>(0, 1) == cv::Vec4b(60, 50, 40, 255));
}

TEST_CASE("a PNG all of whose rows are there is whole, without the chunk that ends it") {
  for (const Setting& kind : Kinds()) {
    const std::vector<uint8_t> png = Png(kind);
    const cv::Mat pixels = Decode(png);
    const std::string text = Text(png);
    // The check sum of the end, the end, and the check sum of the data.
    for (const size_t cut : {size_t{4}, kChunkFrame, kChunkFrame + 2, kChunkFrame + 4}) {
      CAPTURE(cut);
      CHECK(AreEqual(Decode(text.substr(0, text.size() - cut)), pixels));
    }
  }
}

TEST_CASE("a PNG that ends in its data is truncated, one with a wrong check sum damaged") {
  for (const Setting& kind : Kinds()) {
    const std::string text = Text(Png(kind, 100, 80));
    CHECK(CodeOf(text.substr(0, text.size() / 2)) == "TRUNCATED_IMAGE");
    std::string damaged = text;
    damaged[text.size() - kChunkFrame - 1] ^= 1;
    CHECK(CodeOf(damaged) == "CORRUPT_IMAGE");
  }
}

TEST_CASE("an orientation of a PNG counts before its data only") {
  const std::vector<uint8_t> plain = Png({}, 40, 30);
  const std::string text = Text(plain), with = Text(PngWithExif(plain, Exif(6)));
  const std::string exif = with.substr(33, with.size() - text.size());
  CHECK(Decode(with).size() == cv::Size(30, 40));
  const size_t end = text.size() - kChunkFrame;
  CHECK(Decode(text.substr(0, end) + exif + text.substr(end)).size() == cv::Size(40, 30));
  CHECK(Decode(text + exif).size() == cv::Size(40, 30));
}

TEST_CASE("Apple's variant of PNG is named") {
  std::string text = Text(Png({}));
  text.insert(8, std::string("\0\0\0\4CgBI\x50\0\x20\2\x2B\xD5\xB3\x7F", 16));
  CHECK(CodeOf(text) == "UNSUPPORTED_FORMAT");
  CHECK(MessageOf(text).find("CgBI PNG (of Apple's tools) is not supported") == 0);
}

// Each was noted on its own: 20 MB of them took 35 MB more.
TEST_CASE("empty chunks of data take no memory" * doctest::skip(!memory::kIsCounted)) {
  const std::vector<uint8_t> png = Png({});
  const std::string text(png.begin(), png.end());
  const size_t data = text.find("IDAT") - 4;
  std::string empty;
  for (int i = 0; i < 100'000; ++i) empty += std::string("\0\0\0\0IDAT\x35\xAF\x06\x1E", 12);
  const std::string many = text.substr(0, data) + empty + text.substr(data);
  const size_t before = memory::Live();
  memory::RestartPeak();
  const cv::Mat image = Decode(many);
  CHECK(memory::Peak() - before < 100'000);
  CHECK(AreEqual(image, Decode(png)));
}
