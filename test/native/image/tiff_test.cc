#include "image/tiff.h"

#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

constexpr uint32_t kShort = 3, kLong = 4;

// A TIFF whose strip holds `rows`, each of as many bytes, and whose directory says what `more` says.
std::vector<uint8_t> TiffOf(const std::vector<std::vector<uint8_t>>& rows, std::vector<TiffSetting::Entry> more) {
  TiffSetting setting;
  setting.image = cv::Mat(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()), CV_8U);
  for (size_t y = 0; y < rows.size(); ++y) {
    std::copy(rows[y].begin(), rows[y].end(), setting.image.ptr(static_cast<int>(y)));
  }
  setting.more = std::move(more);
  return Tiff(setting);
}

std::vector<TiffSetting::Entry> Layout(uint32_t width, uint32_t bits, uint32_t samples, uint32_t photometric) {
  return {{256, kLong, {width}},
          {258, kShort, std::vector<uint32_t>(samples, bits)},
          {262, kShort, {photometric}},
          {277, kShort, {samples}}};
}

constexpr int kWidth = 11, kHeight = 5;

// Random values of `samples` a pixel, and rows of them, packed from the highest bit on.
struct Packed {
  std::vector<std::vector<uint32_t>> values;
  std::vector<std::vector<uint8_t>> rows;
};

Packed Pack(uint32_t bits, uint32_t samples) {
  fixtures::Random random(bits * 100 + samples);
  Packed packed;
  for (int y = 0; y < kHeight; ++y) {
    std::vector<uint32_t> values;
    std::vector<uint8_t> row((static_cast<size_t>(kWidth) * samples * bits + 7) / 8);
    for (size_t i = 0; i < static_cast<size_t>(kWidth) * samples; ++i) {
      const uint32_t value = random.Next(65536) >> (16 - bits);
      values.push_back(value);
      if (bits == 16) {  // in the file's byte order
        row[2 * i] = static_cast<uint8_t>(value);
        row[2 * i + 1] = static_cast<uint8_t>(value >> 8);
        continue;
      }
      for (uint32_t bit = 0; bit < bits; ++bit) {
        const size_t at = i * bits + bit;
        row[at / 8] = static_cast<uint8_t>(row[at / 8] | ((value >> (bits - 1 - bit) & 1) << (7 - at % 8)));
      }
    }
    packed.values.push_back(values);
    packed.rows.push_back(row);
  }
  return packed;
}

uint8_t Scaled(uint32_t value, uint32_t bits) {
  const uint32_t most = (1U << bits) - 1;
  return static_cast<uint8_t>(bits > 8 ? value >> (bits - 8) : (value * 255 + most / 2) / most);
}

// Each pixel's colour, as `colour_of` makes it of its samples.
template <typename ColourOf>
cv::Mat Expected(const Packed& packed, uint32_t samples, ColourOf colour_of) {
  cv::Mat image(kHeight, kWidth, CV_8UC3);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      image.at<cv::Vec3b>(y, x) = colour_of(&packed.values[static_cast<size_t>(y)][static_cast<size_t>(x) * samples]);
    }
  }
  return image;
}

}  // namespace

TEST_CASE("gray and RGB TIFF of every depth from 1 to 16 bits") {
  for (uint32_t bits = 1; bits <= 16; ++bits) {
    CAPTURE(bits);
    const Packed gray = Pack(bits, 1);
    CHECK(AreEqual(Decode(TiffOf(gray.rows, Layout(kWidth, bits, 1, 1))),
                   Expected(gray, 1, [&](const uint32_t* s) { return cv::Vec3b::all(Scaled(s[0], bits)); })));
    CHECK(AreEqual(Decode(TiffOf(gray.rows, Layout(kWidth, bits, 1, 0))), Expected(gray, 1, [&](const uint32_t* s) {
                     return cv::Vec3b::all(static_cast<uint8_t>(255 - Scaled(s[0], bits)));
                   })));
    const Packed rgb = Pack(bits, 3);
    CHECK(AreEqual(Decode(TiffOf(rgb.rows, Layout(kWidth, bits, 3, 2))), Expected(rgb, 3, [&](const uint32_t* s) {
                     return cv::Vec3b(Scaled(s[2], bits), Scaled(s[1], bits), Scaled(s[0], bits));
                   })));
  }
}

TEST_CASE("extra samples of a TIFF are passed over, the first of them kept where it is straight alpha") {
  for (const uint32_t bits : {8U, 16U}) {
    for (const uint32_t samples : {4U, 5U, 7U}) {
      const Packed packed = Pack(bits, samples);
      std::vector<TiffSetting::Entry> layout = Layout(kWidth, bits, samples, 2);
      std::vector<uint32_t> kinds(samples - 3, 0);
      kinds[0] = 2;
      layout.push_back({338, kShort, kinds});
      const auto colour = [&](const uint32_t* s) {
        return cv::Vec3b(Scaled(s[2], bits), Scaled(s[1], bits), Scaled(s[0], bits));
      };
      const std::vector<uint8_t> tiff = TiffOf(packed.rows, layout);
      CHECK(AreEqual(Decode(tiff), Expected(packed, samples, colour)));
      const cv::Mat kept = Decode(tiff, Alpha::kKept);
      REQUIRE(kept.type() == CV_8UC4);
      CHECK(kept.at<cv::Vec4b>(0, 0)[3] == Scaled(packed.values[0][3], bits));
      CHECK(kept.at<cv::Vec4b>(4, 10)[3] == Scaled(packed.values[4][10 * samples + 3], bits));
    }
  }
}

// libtiff passes over a photometric interpretation of two values, and takes the image for gray with alpha.
TEST_CASE("alpha is kept where the header has it, whatever libtiff makes of a damaged directory") {
  const Packed packed = Pack(8, 5);
  std::vector<TiffSetting::Entry> layout = Layout(kWidth, 8, 5, 5);
  layout[2].values = {5, 5};
  layout.push_back({338, kShort, {2}});
  const std::vector<uint8_t> tiff = TiffOf(packed.rows, layout);
  CHECK_FALSE(ReadHeader(fixtures::AsBytes(tiff)).has_alpha);
  CHECK(Decode(tiff, Alpha::kKept).type() == CV_8UC3);
}

TEST_CASE("CMYK of 8 and 16 bits, with and without alpha") {
  for (const uint32_t bits : {8U, 16U}) {
    for (const uint32_t samples : {4U, 5U}) {
      const Packed packed = Pack(bits, samples);
      const auto colour = [&](const uint32_t* s) {
        const auto left = [&](int i) { return (255 - Scaled(s[3], bits)) * (255 - Scaled(s[i], bits)) / 255; };
        return cv::Vec3b(static_cast<uint8_t>(left(2)), static_cast<uint8_t>(left(1)), static_cast<uint8_t>(left(0)));
      };
      std::vector<TiffSetting::Entry> layout = Layout(kWidth, bits, samples, 5);
      if (samples == 5) layout.push_back({338, kShort, {2}});
      CHECK(AreEqual(Decode(TiffOf(packed.rows, layout)), Expected(packed, samples, colour)));
    }
  }
}

TEST_CASE("palettes of a TIFF, with colours in the upper or the lower half of their words") {
  for (const uint32_t bits : {1U, 2U, 4U, 8U}) {
    for (const uint32_t scale : {256U, 1U}) {
      CAPTURE(bits);
      CAPTURE(scale);
      const uint32_t count = 1U << bits;
      std::vector<uint32_t> map;  // all reds, all greens, all blues
      for (uint32_t c = 0; c < 3; ++c) {
        for (uint32_t i = 0; i < count; ++i) map.push_back((i * (3 + c) + 10 * c + 1) % 256 * scale);
      }
      const Packed packed = Pack(bits, 1);
      std::vector<TiffSetting::Entry> layout = Layout(kWidth, bits, 1, 3);
      layout.push_back({320, kShort, map});
      CHECK(AreEqual(Decode(TiffOf(packed.rows, layout)), Expected(packed, 1, [&](const uint32_t* s) {
                       const auto part = [&](uint32_t c) {
                         return static_cast<uint8_t>(map[c * count + s[0]] / scale);
                       };
                       return cv::Vec3b(part(2), part(1), part(0));
                     })));
    }
  }
}

TEST_CASE("floats of 16, 32 and 64 bits run from black to white, and what lies beyond is cut") {
  const std::vector<std::pair<double, int>> values{{0, 0}, {1, 255}, {0.5, 128}, {-3, 0}, {7, 255}, {0.25, 64}};
  const auto half = [](double value) {
    const std::vector<std::pair<double, uint16_t>> known{{0, 0},       {1, 0x3C00}, {0.5, 0x3800},
                                                         {-3, 0xC200}, {7, 0x4700}, {0.25, 0x3400}};
    return std::find_if(known.begin(), known.end(), [&](const auto& pair) { return pair.first == value; })->second;
  };
  for (const uint32_t bits : {16U, 32U, 64U}) {
    std::vector<uint8_t> row(values.size() * bits / 8);
    for (size_t i = 0; i < values.size(); ++i) {
      const double value = values[i].first;
      const auto single = static_cast<float>(value);
      const uint16_t short_one = half(value);
      if (bits == 16) std::memcpy(&row[2 * i], &short_one, 2);
      if (bits == 32) std::memcpy(&row[4 * i], &single, 4);
      if (bits == 64) std::memcpy(&row[8 * i], &value, 8);
    }
    std::vector<TiffSetting::Entry> layout = Layout(static_cast<uint32_t>(values.size()), bits, 1, 1);
    layout.push_back({339, kShort, {3}});
    const cv::Mat image = Decode(TiffOf({row, row}, layout));
    for (size_t i = 0; i < values.size(); ++i) {
      CAPTURE(bits);
      CAPTURE(values[i].first);
      CHECK(int{image.at<cv::Vec3b>(1, static_cast<int>(i))[0]} == values[i].second);
    }
  }
}

// An older tag made floats of samples of any size: the memory behind them was read.
TEST_CASE("the older tag of the sample format counts, for samples that can be floats") {
  constexpr uint32_t kDataType = 32996, kFloats = 3;
  std::vector<TiffSetting::Entry> layout = Layout(2, 32, 1, 1);
  layout.push_back({kDataType, kShort, {kFloats}});
  std::vector<uint8_t> row(8);
  const float values[] = {1, 0.25};
  std::memcpy(row.data(), values, sizeof values);
  const cv::Mat floats = Decode(TiffOf({row}, layout));
  CHECK(floats.at<cv::Vec3b>(0, 0) == cv::Vec3b::all(255));
  CHECK(floats.at<cv::Vec3b>(0, 1) == cv::Vec3b::all(64));
  for (const uint32_t bits : {4U, 8U, 12U}) {
    layout = Layout(8 / bits * 2 + 8, bits, 1, 1);
    layout.push_back({kDataType, kShort, {kFloats}});
    const std::vector<uint8_t> narrow = TiffOf({std::vector<uint8_t>(16)}, layout);
    CHECK(MessageOf(narrow).find("TIFF of " + std::to_string(bits) + "-bit floats is not supported") == 0);
  }
}

// libtiff does not cut a strip of more than a million rows into small ones unless the file has them all: 198 bytes took
// 512 MB.
TEST_CASE("a strip of millions of rows counts whole") {
  std::vector<TiffSetting::Entry> layout = Layout(12, 64, 64, 1);
  layout.push_back({257, kLong, {4'000'000}});
  layout.push_back({339, kShort, {3}});
  CHECK(CodeOf(TiffOf({std::vector<uint8_t>(8)}, layout)) == "TOO_MANY_PIXELS");
}

TEST_CASE("numbers with a sign, and of 32 bits") {
  std::vector<TiffSetting::Entry> layout = Layout(3, 8, 1, 1);
  layout.push_back({339, kShort, {2}});
  const cv::Mat with_sign = Decode(TiffOf({{0x80, 0, 0x7F}}, layout));
  CHECK(with_sign.at<cv::Vec3b>(0, 0) == cv::Vec3b::all(0));
  CHECK(with_sign.at<cv::Vec3b>(0, 1) == cv::Vec3b::all(128));
  CHECK(with_sign.at<cv::Vec3b>(0, 2) == cv::Vec3b::all(255));
  const cv::Mat wide = Decode(TiffOf({{0xFF, 0xFF, 0xFF, 0x12}}, Layout(1, 32, 1, 1)));
  CHECK(wide.at<cv::Vec3b>(0, 0) == cv::Vec3b::all(0x12));
  CHECK(CodeOf(TiffOf({std::vector<uint8_t>(8)}, Layout(1, 64, 1, 1))) == "UNSUPPORTED_FORMAT");
}

TEST_CASE("planes that stand apart, in tiles and strips that reach beyond the picture") {
  const cv::Mat block = fixtures::Noise(64, 48);
  for (const bool is_planar : {false, true}) {
    TiffSetting setting{block};
    setting.planar = is_planar;
    setting.more = {{256, kLong, {20}}, {257, kLong, {10}}, {322, kLong, {64}}, {323, kLong, {48}}};
    CHECK(AreEqual(Decode(Tiff(setting)), block(cv::Rect(0, 0, 20, 10))));
  }
  TiffSetting rows{block};
  rows.is_row_by_row = true;
  CHECK(AreEqual(Decode(Tiff(rows)), block));
  TiffSetting as_byte{block};
  as_byte.planar = true;
  as_byte.more = {{284, 1, {2}}};
  CHECK(AreEqual(Decode(Tiff(as_byte)), block));
}

TEST_CASE("compressed TIFF comes out as it went in") {
  const cv::Mat image = fixtures::Noise(100, 70);
  for (const int compression : {1, 5, 8, 32773}) {
    for (const int rows : {1, 16, 70}) {
      CAPTURE(compression);
      const auto tiff =
          Encode(image, ".tiff", {cv::IMWRITE_TIFF_COMPRESSION, compression, cv::IMWRITE_TIFF_XDPI, 300, 278, rows});
      CHECK(AreEqual(Decode(tiff), image));
    }
  }
}

// Faces were searched on the thumbnail of a camera's file.
TEST_CASE("a thumbnail or a mask is not the picture, and camera raw is named") {
  const cv::Mat small = fixtures::Noise(8, 6), large = fixtures::Noise(30, 20);
  TiffSetting first{small}, second{large};
  for (const uint32_t kind : {1U, 4U, 5U}) {
    first.more = {{254, kLong, {kind}}};
    // The second picture's directory is that of a file of its own, moved behind the first one.
    std::vector<uint8_t> file = Tiff(first);
    const std::vector<uint8_t> other = Tiff(second);
    const auto at = static_cast<uint32_t>(file.size());
    const size_t next_at = 8 + 2 + size_t{file[8]} * 12;
    std::memcpy(&file[next_at], Little(at + 8, 4).data(), 4);
    std::vector<uint8_t> moved = other;
    for (size_t i = 0; i < other[8]; ++i) {  // what stands outside of its entry moves along
      uint8_t* entry = &moved[10 + i * 12];
      uint32_t value = 0;
      std::memcpy(&value, entry + 8, 4);
      const auto tag = static_cast<uint32_t>(entry[0] | entry[1] << 8);
      const bool is_outside = tag == 258 || tag == 273;
      if (is_outside) std::memcpy(entry + 8, Little(value + at, 4).data(), 4);
    }
    file.insert(file.end(), moved.begin(), moved.end());
    CAPTURE(kind);
    CHECK(AreEqual(Decode(file), large));
  }
  first.more = {{254, kLong, {1}}};
  CHECK(AreEqual(Decode(Tiff(first)), small));  // there is no other
  const auto message = [&](std::vector<TiffSetting::Entry> more) {
    TiffSetting setting{small};
    setting.more = std::move(more);
    CHECK(CodeOf(Tiff(setting)) == "UNSUPPORTED_FORMAT");
    return MessageOf(Tiff(setting));
  };
  CHECK(message({{254, kLong, {1}}, {330, kLong, {8}}}).find("camera raw is not supported") == 0);
  CHECK(message({{50706, 1, {1, 4, 0, 0}}}).find("camera raw is not supported") == 0);
  CHECK(message({{262, kShort, {32803}}}).find("camera raw is not supported") == 0);
}

TEST_CASE("a TIFF whose strip reaches beyond the end of the file is truncated") {
  for (const std::vector<uint8_t>& tiff : {Tiff({fixtures::Noise(40, 30)})}) {
    const std::vector<uint8_t> cut(tiff.begin(), tiff.end() - 1000);
    CHECK(CodeOf(cut) == "TRUNCATED_IMAGE");
  }
}

TEST_CASE("TIFF of colours and compressions that are not read is named") {
  TiffSetting setting{fixtures::Noise(20, 10)};
  setting.more = {{262, kShort, {32844}}};
  CHECK(MessageOf(Tiff(setting)).find("TIFF of photometric interpretation 32844") == 0);
  setting.more = {{259, kShort, {12345}}};
  CHECK(MessageOf(Tiff(setting)).find("TIFF of compression 12345 is not supported") == 0);
}
