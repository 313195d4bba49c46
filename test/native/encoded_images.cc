#include "encoded_images.h"

#include <doctest/doctest.h>

#include <opencv2/imgcodecs.hpp>

namespace encoded {
namespace {

std::string Number(uint32_t value, int bytes, bool big_endian) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * (big_endian ? bytes - 1 - i : i));
  return text;
}

std::string Big(uint32_t value, int bytes = 4) { return Number(value, bytes, true); }
std::string Little(uint32_t value, int bytes = 4) { return Number(value, bytes, false); }

std::vector<uint8_t> Bytes(const std::string& text) { return {text.begin(), text.end()}; }
std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// The check sum of PNG, annex D.
uint32_t Crc32(const std::string& text) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

std::string PngChunk(const std::string& type, const std::string& data) {
  return Big(static_cast<uint32_t>(data.size())) + type + data + Big(Crc32(type + data));
}

// zlib data in one stored block: RFC 1950 and 1951.
std::string Stored(const std::string& data) {
  uint32_t a = 1, b = 0;
  for (const char c : data) {
    a = (a + static_cast<uint8_t>(c)) % 65521;
    b = (b + a) % 65521;
  }
  const auto size = static_cast<uint32_t>(data.size());
  return std::string("\x78\x01\x01", 3) + Little(size, 2) + Little(~size, 2) + data + Big(b << 16 | a);
}

std::string Png(uint32_t width, uint32_t height, int colour_type, const std::string& rows,
                const std::string& extra = "") {
  const std::string header = Big(width) + Big(height) + '\x08' + static_cast<char>(colour_type) + std::string(3, '\0');
  return "\x89PNG\r\n\x1A\n" + PngChunk("IHDR", header) + extra + PngChunk("IDAT", Stored(rows)) + PngChunk("IEND", "");
}

std::string RiffChunk(const std::string& type, const std::string& data) {
  return type + Little(static_cast<uint32_t>(data.size())) + data + (data.size() % 2 == 1 ? std::string(1, '\0') : "");
}

std::string Riff(const std::string& chunks) {
  return "RIFF" + Little(static_cast<uint32_t>(chunks.size() + 4)) + "WEBP" + chunks;
}

std::string Vp8x(int flags, const cv::Size& size) {
  return RiffChunk("VP8X", Little(static_cast<uint32_t>(flags)) + Little(static_cast<uint32_t>(size.width - 1), 3) +
                               Little(static_cast<uint32_t>(size.height - 1), 3));
}

}  // namespace

std::vector<uint8_t> Encode(const cv::Mat& image, const std::string& extension, const std::vector<int>& flags) {
  std::vector<uint8_t> bytes;
  REQUIRE(cv::imencode(extension, image, bytes, flags));
  return bytes;
}

std::string Exif(int orientation, bool big_endian) {
  const auto number = [&](uint32_t value, int bytes) { return Number(value, bytes, big_endian); };
  return (big_endian ? std::string("MM\0*", 4) : std::string("II*\0", 4)) + number(8, 4) + number(1, 2) +
         number(0x0112, 2) + number(3, 2) + number(1, 4) + number(static_cast<uint32_t>(orientation), 2) +
         number(0, 2) + number(0, 4);
}

std::vector<uint8_t> JpegWithExif(const std::vector<uint8_t>& jpeg, const std::string& exif) {
  const std::string body = std::string("Exif\0\0", 6) + exif;
  const std::string text = Text(jpeg);
  return Bytes(text.substr(0, 2) + "\xFF\xE1" + Big(static_cast<uint32_t>(body.size() + 2), 2) + body + text.substr(2));
}

std::vector<uint8_t> PngWithChunks(const std::vector<uint8_t>& png, const std::string& type, const std::string& data,
                                   int count) {
  constexpr size_t kAfterHeader = 8 + 25;
  const std::string chunk = PngChunk(type, data);
  std::string text = Text(png).substr(0, kAfterHeader);
  for (int i = 0; i < count; ++i) text += chunk;
  return Bytes(text + Text(png).substr(kAfterHeader));
}

std::vector<uint8_t> PngWithExif(const std::vector<uint8_t>& png, const std::string& exif) {
  return PngWithChunks(png, "eXIf", exif, 1);
}

std::vector<uint8_t> WebpWithExif(const std::vector<uint8_t>& webp, const std::string& exif, const cv::Size& size) {
  constexpr int kHasExif = 0x08;
  return Bytes(Riff(Vp8x(kHasExif, size) + Text(webp).substr(12) + RiffChunk("EXIF", exif)));
}

std::vector<uint8_t> AnimatedWebp(const std::vector<cv::Mat>& frames, const cv::Size& canvas) {
  constexpr int kAnimation = 0x02;
  const cv::Size size = frames.front().size();
  std::string chunks = Vp8x(kAnimation, canvas) + RiffChunk("ANIM", std::string(6, '\0'));
  for (const cv::Mat& frame : frames) {
    const std::string image = Text(Encode(frame, ".webp", {cv::IMWRITE_WEBP_QUALITY, 101})).substr(12);
    chunks += RiffChunk("ANMF", std::string(6, '\0') + Little(static_cast<uint32_t>(size.width - 1), 3) +
                                    Little(static_cast<uint32_t>(size.height - 1), 3) + std::string(4, '\0') + image);
  }
  return Bytes(Riff(chunks));
}

std::vector<uint8_t> Tiff(const TiffSetting& setting) {
  const cv::Mat& image = setting.image;
  const int channels = image.channels();
  const int bytes = image.depth() == CV_16U ? 2 : 1;
  const auto number = [&](uint32_t value, int size) { return Number(value, size, setting.big_endian); };

  std::vector<std::string> strips(setting.planar          ? static_cast<size_t>(channels)
                                  : setting.is_row_by_row ? static_cast<size_t>(image.rows)
                                                          : 1);
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      for (int c = 0; c < channels; ++c) {
        const int from = channels >= 3 && c < 3 ? 2 - c : c;  // BGR to RGB
        strips[static_cast<size_t>(setting.planar          ? c
                                   : setting.is_row_by_row ? y
                                                           : 0)] +=
            bytes == 2 ? number(image.ptr<uint16_t>(y, x)[from], 2)
                       : std::string(1, static_cast<char>(image.ptr(y, x)[from]));
      }
    }
  }
  using Entry = TiffSetting::Entry;
  constexpr uint32_t kByte = 1, kShort = 3, kLong = 4, kStripOffsets = 273;
  const auto strip_size = static_cast<uint32_t>(strips[0].size());
  std::vector<Entry> entries = setting.more;
  const std::vector<Entry> own{
      {256, kLong, {static_cast<uint32_t>(image.cols)}},
      {257, kLong, {static_cast<uint32_t>(image.rows)}},
      {258, kShort, std::vector<uint32_t>(static_cast<size_t>(channels), static_cast<uint32_t>(bytes * 8))},
      {259, kShort, {1}},
      {262, kShort, {channels < 3 ? 1U : 2U}},
      {kStripOffsets, kLong, std::vector<uint32_t>(strips.size())},
      {274, kShort, {static_cast<uint32_t>(setting.orientation)}},
      {277, kShort, {static_cast<uint32_t>(channels)}},
      {278, kLong, {setting.is_row_by_row ? 1U : 0xFFFFFFFF}},
      {279, kLong, std::vector<uint32_t>(strips.size(), strip_size)}};
  entries.insert(entries.end(), own.begin(), own.end());
  if (setting.planar) entries.push_back({284, kShort, {2}});
  if (setting.tile_side > 0) {
    entries.push_back({322, kLong, {static_cast<uint32_t>(setting.tile_side)}});
    entries.push_back({323, kLong, {static_cast<uint32_t>(setting.tile_side)}});
  }
  if (channels == 4) entries.push_back({338, kShort, {static_cast<uint32_t>(setting.alpha_kind)}});

  const auto size_of = [](const Entry& entry) { return entry.type == kByte ? 1 : entry.type == kShort ? 2 : 4; };
  const size_t directory_end = 8 + 2 + entries.size() * 12 + 4;
  size_t strips_at = directory_end;
  for (const Entry& entry : entries) {
    const size_t length = entry.values.size() * static_cast<size_t>(size_of(entry));
    if (length > 4) strips_at += length;
  }
  std::string outside;  // values that do not fit into their entry
  std::string directory;
  for (Entry& entry : entries) {
    if (entry.tag == kStripOffsets) {
      for (uint32_t& offset : entry.values) {
        offset = static_cast<uint32_t>(strips_at);
        strips_at += strip_size;
      }
    }
    std::string values;
    for (const uint32_t value : entry.values) values += number(value, size_of(entry));
    directory += number(entry.tag, 2) + number(entry.type, 2) + number(static_cast<uint32_t>(entry.values.size()), 4);
    if (values.size() <= 4) {
      directory += values + std::string(4 - values.size(), '\0');
    } else {
      directory += number(static_cast<uint32_t>(directory_end + outside.size()), 4);
      outside += values;
    }
  }
  std::string file = (setting.big_endian ? std::string("MM\0*", 4) : std::string("II*\0", 4)) + number(8, 4) +
                     number(static_cast<uint32_t>(entries.size()), 2) + directory + number(0, 4) + outside;
  for (const std::string& strip : strips) file += strip;
  return Bytes(file);
}

std::vector<uint8_t> PngOfSize(uint32_t width, uint32_t height) {
  return Bytes(Png(width, height, 2, std::string(100, '\0')));
}

std::vector<uint8_t> GrayAlphaPng(const cv::Mat& gray) {
  std::string rows;
  for (int y = 0; y < gray.rows; ++y) {
    rows += '\0';
    for (int x = 0; x < gray.cols; ++x) rows += {static_cast<char>(gray.at<uint8_t>(y, x)), static_cast<char>(x * 10)};
  }
  return Bytes(Png(static_cast<uint32_t>(gray.cols), static_cast<uint32_t>(gray.rows), 4, rows));
}

std::vector<uint8_t> PalettePng() {
  return Bytes(Png(2, 1, 3, std::string("\0\0\1", 3), PngChunk("PLTE", "\x0A\x14\x1E\x28\x32\x3C")));
}

std::vector<uint8_t> PalettePngWithAlpha() {
  return Bytes(
      Png(2, 1, 3, std::string("\0\0\1", 3), PngChunk("PLTE", "\x0A\x14\x1E\x28\x32\x3C") + PngChunk("tRNS", "\x28")));
}

}  // namespace encoded
