#include "image/bmp.h"

#include <array>
#include <opencv2/imgcodecs.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

constexpr int kWidth = 13, kHeight = 7;

struct Setting {
  uint32_t header = 40;
  uint32_t bits = 24;
  uint32_t compression = 0;
  std::vector<uint32_t> masks{};  // red, green, blue and, where it is there, alpha
  std::string palette{};          // blue, green, red, 0
  uint32_t colours = 0;
  std::string pixels{};
  bool is_top_down = false;
};

std::string Bmp(const Setting& setting) {
  std::string masks;
  for (const uint32_t mask : setting.masks) masks += Little(mask, 4);
  std::string info = Little(setting.header, 4) + Little(kWidth, 4) +
                     Little(static_cast<uint32_t>(setting.is_top_down ? -kHeight : kHeight), 4) + Little(1, 2) +
                     Little(setting.bits, 2) + Little(setting.compression, 4) +
                     Little(static_cast<uint32_t>(setting.pixels.size()), 4) + Little(0, 8) +
                     Little(setting.colours, 4) + Little(0, 4) + masks;
  info.resize(std::max<size_t>(info.size(), setting.header));
  const auto pixels_at = static_cast<uint32_t>(14 + info.size() + setting.palette.size());
  return "BM" + Little(static_cast<uint32_t>(pixels_at + setting.pixels.size()), 4) + Little(0, 4) +
         Little(pixels_at, 4) + info + setting.palette + setting.pixels;
}

using Mask = std::array<uint32_t, 3>;  // red, green, blue

uint32_t Lowest(uint32_t mask) { return mask & (~mask + 1); }

// Rows of pixels that are numbers, from the bottom up, of random channels; and how they look.
std::pair<std::string, cv::Mat> Masked(const Mask& masks, uint32_t bits, uint32_t beside) {
  fixtures::Random random(5);
  cv::Mat image(kHeight, kWidth, CV_8UC3);
  std::string pixels;
  for (int y = kHeight - 1; y >= 0; --y) {
    std::string row;
    for (int x = 0; x < kWidth; ++x) {
      uint32_t pixel = beside;
      for (int c = 0; c < 3; ++c) {
        const uint32_t most = masks[static_cast<size_t>(c)] / Lowest(masks[static_cast<size_t>(c)]);
        const uint32_t value = random.Next(most + 1);
        pixel |= value * Lowest(masks[static_cast<size_t>(c)]);
        image.at<cv::Vec3b>(y, x)[2 - c] =
            static_cast<uint8_t>(most > 255 ? value * 256 / (most + 1) : (value * 255 + most / 2) / most);
      }
      row += Little(pixel, static_cast<int>(bits / 8));
    }
    row.resize((row.size() + 3) / 4 * 4);
    pixels += row;
  }
  return {pixels, image};
}

std::string Colours(int count) {
  std::string palette;
  for (int i = 0; i < count; ++i) {
    palette += {static_cast<char>(i * 7), static_cast<char>(i * 13), static_cast<char>(255 - i), '\0'};
  }
  return palette;
}

cv::Vec3b ColourOf(int index) {
  return {static_cast<uint8_t>(index * 7), static_cast<uint8_t>(index * 13), static_cast<uint8_t>(255 - index)};
}

}  // namespace

TEST_CASE("the BMP that imencode writes comes out as imdecode gives it") {
  const cv::Mat image = fixtures::Noise(13, 7);
  cv::Mat gray;
  cv::extractChannel(image, gray, 0);
  for (const cv::Mat& pixels : {image, gray}) {
    const std::vector<uint8_t> bmp = Encode(pixels, ".bmp");
    CHECK(AreEqual(Decode(bmp), ByOpenCv(bmp)));
  }
}

// Colours were swapped and faces lost, or the file was called damaged.
TEST_CASE("bit masks of a BMP say where its colours are, in every header that can have them") {
  const std::vector<std::pair<uint32_t, Mask>> kinds{
      {16, {0xF800, 0x07E0, 0x001F}},              // 565
      {16, {0x7C00, 0x03E0, 0x001F}},              // 1555
      {16, {0x0F00, 0x00F0, 0x000F}},              // 444
      {32, {0xFF0000, 0x00FF00, 0x0000FF}},        // BGRX
      {32, {0x0000FF, 0x00FF00, 0xFF0000}},        // RGBX
      {32, {0xFF000000, 0x00FF0000, 0x0000FF00}},  // XBGR
      {32, {0x3FF00000, 0x000FFC00, 0x000003FF}},  // 10 bits each
  };
  for (const auto& kind : kinds) {
    const uint32_t bits = kind.first;
    const Mask& masks = kind.second;
    CAPTURE(bits);
    CAPTURE(masks[0]);
    const uint32_t unused = ~(masks[0] | masks[1] | masks[2]) & (bits == 16 ? 0xFFFF : 0xFFFFFFFF);
    for (const uint32_t beside : {0U, unused}) {
      const auto [pixels, image] = Masked(masks, bits, beside);
      for (const uint32_t header : {40U, 52U, 56U, 108U, 124U}) {
        CAPTURE(header);
        Setting setting;
        setting.header = header;
        setting.bits = bits;
        setting.compression = 3;
        setting.masks = {masks[0], masks[1], masks[2]};
        setting.pixels = pixels;
        CHECK(AreEqual(Decode(Bmp(setting)), image));
        if (header != 40) continue;
        setting.compression = 6;
        setting.masks.push_back(unused);
        CHECK(AreEqual(Decode(Bmp(setting)), image));
      }
    }
  }
}

TEST_CASE("without bit masks 16 bits are 555 and 32 are blue, green, red and nothing") {
  for (const auto& [bits, masks] : {std::pair<uint32_t, Mask>{16, {0x7C00, 0x03E0, 0x001F}},
                                    std::pair<uint32_t, Mask>{32, {0xFF0000, 0x00FF00, 0x0000FF}}}) {
    const auto [pixels, image] = Masked(masks, bits, 0);
    for (const uint32_t header : {40U, 108U, 124U}) {
      Setting setting;
      setting.header = header;
      setting.bits = bits;
      setting.pixels = pixels;
      CHECK(AreEqual(Decode(Bmp(setting)), image));
      setting.is_top_down = true;
      cv::Mat flipped;
      cv::flip(image, flipped, 0);
      CHECK(AreEqual(Decode(Bmp(setting)), flipped));
    }
  }
}

TEST_CASE("palettes of 2 to 256 colours; indices beyond a palette are black") {
  for (const uint32_t bits : {1U, 2U, 4U, 8U}) {
    CAPTURE(bits);
    const int count = 1 << bits;
    Setting setting;
    setting.bits = bits;
    setting.palette = Colours(count);
    cv::Mat image(kHeight, kWidth, CV_8UC3);
    fixtures::Random random(6);
    for (int y = kHeight - 1; y >= 0; --y) {
      std::string row((kWidth * bits + 31) / 32 * 4, '\0');
      for (int x = 0; x < kWidth; ++x) {
        const uint32_t index = random.Next(static_cast<uint32_t>(count));
        const size_t bit = static_cast<size_t>(x) * bits;
        row[bit / 8] = static_cast<char>(static_cast<uint8_t>(row[bit / 8]) | index << (8 - bits - bit % 8));
        image.at<cv::Vec3b>(y, x) = ColourOf(static_cast<int>(index));
      }
      setting.pixels += row;
    }
    CHECK(AreEqual(Decode(Bmp(setting)), image));
    setting.colours = 1;
    setting.palette = Colours(1);
    const cv::Mat one = Decode(Bmp(setting));
    for (int i = 0; i < kWidth * kHeight; ++i) {
      const bool is_first = image.at<cv::Vec3b>(i) == ColourOf(0);
      if (bits == 1 || !is_first) CHECK(one.at<cv::Vec3b>(i) == (is_first ? ColourOf(0) : cv::Vec3b(0, 0, 0)));
    }
  }
}

TEST_CASE("run-length codes of a BMP: runs, single pixels, steps, ends and runs beyond the row") {
  for (const bool is_nibbles : {false, true}) {
    CAPTURE(is_nibbles);
    Setting setting;
    setting.bits = is_nibbles ? 4 : 8;
    setting.compression = is_nibbles ? 2 : 1;
    setting.palette = Colours(16);
    setting.colours = 16;
    const std::string single = is_nibbles ? std::string("\0\5\x12\x34\x50\0", 6) : std::string("\0\5\1\2\3\4\5\0", 8);
    setting.pixels = std::string("\x04", 1) + (is_nibbles ? "\x67" : "\x06") + single +  // row 0 from the bottom
                     std::string("\0\0", 2) +                                            // row 1
                     std::string("\xC8", 1) + (is_nibbles ? "\x99" : "\x09") +           // 200 pixels in a row of 13
                     std::string("\0\0", 2) + std::string("\0\2\3\1", 4) +               // row 2, then 3 right and 1 up
                     std::string("\2", 1) + (is_nibbles ? "\x88" : "\x08") + std::string("\0\1", 2);
    cv::Mat image(kHeight, kWidth, CV_8UC3, cv::Scalar(0, 0, 255));
    const auto put = [&](int row, int x, int index) { image.at<cv::Vec3b>(kHeight - 1 - row, x) = ColourOf(index); };
    for (int x = 0; x < 4; ++x) put(0, x, is_nibbles && x % 2 == 1 ? 7 : 6);
    for (int i = 1; i <= 5; ++i) put(0, 3 + i, i);
    for (int x = 0; x < kWidth; ++x) put(1, x, 9);
    put(3, 3, 8);
    put(3, 4, 8);
    CHECK(AreEqual(Decode(Bmp(setting)), image));
    setting.pixels.resize(setting.pixels.size() - 2);  // without its end
    CHECK(CodeOf(Bmp(setting)) == "TRUNCATED_IMAGE");
  }
}

TEST_CASE("the padding of a BMP's last row may be missing, its pixels may not") {
  const auto [pixels, image] = Masked({0x7C00, 0x03E0, 0x001F}, 16, 0);
  Setting setting;
  setting.bits = 16;
  setting.pixels = pixels;
  const std::string bmp = Bmp(setting);
  constexpr size_t kPadding = 2;
  CHECK(AreEqual(Decode(bmp.substr(0, bmp.size() - kPadding)), image));
  CHECK(CodeOf(bmp.substr(0, bmp.size() - kPadding - 1)) == "TRUNCATED_IMAGE");
}

TEST_CASE("BMP of OS/2, with its short header and palette of three bytes") {
  std::string rows;
  for (int y = 0; y < 2; ++y) rows += std::string("\x40\0\0\0", 4);
  const std::string bmp = std::string("BM") + Little(0, 8) + Little(14 + 12 + 6, 4) + Little(12, 4) + Little(2, 2) +
                          Little(2, 2) + Little(1, 2) + Little(1, 2) + "\1\2\3\4\5\6" + rows;
  const cv::Mat image = Decode(bmp);
  CHECK(image.size() == cv::Size(2, 2));
  CHECK(image.at<cv::Vec3b>(0, 0) == cv::Vec3b(1, 2, 3));
  CHECK(image.at<cv::Vec3b>(1, 1) == cv::Vec3b(4, 5, 6));
}

TEST_CASE("kinds of BMP that are not read are named, and what cannot be is damaged") {
  Setting setting;
  setting.pixels = std::string(1000, '\0');
  setting.compression = 4;
  CHECK(MessageOf(Bmp(setting)).find("JPEG inside a BMP is not supported") == 0);
  setting.compression = 5;
  CHECK(MessageOf(Bmp(setting)).find("PNG inside a BMP is not supported") == 0);
  setting.header = 64;
  setting.compression = 3;
  CHECK(CodeOf(Bmp(setting)) == "UNSUPPORTED_FORMAT");
  for (const auto& [bits, compression] : std::vector<std::pair<uint32_t, uint32_t>>{{7, 0}, {24, 1}, {8, 2}, {24, 3}}) {
    Setting odd;
    odd.bits = bits;
    odd.compression = compression;
    odd.pixels = setting.pixels;
    CHECK(CodeOf(Bmp(odd)) == "CORRUPT_IMAGE");
  }
  Setting split;
  split.bits = 32;
  split.compression = 3;
  split.masks = {0xF0F, 0xF0, 0xF000};
  split.pixels = setting.pixels;
  CHECK(CodeOf(Bmp(split)) == "CORRUPT_IMAGE");
}
