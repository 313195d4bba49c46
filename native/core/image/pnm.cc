#include "pnm.h"

#include <algorithm>
#include <optional>
#include <string>

#include "bytes.h"
#include "pixels.h"

namespace faces {
namespace {

bool IsSpace(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
bool IsDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

// Reads the tokens of a header, and the numbers of a text image. A # starts a comment of one line.
class Tokens {
 public:
  Tokens(Bytes bytes, size_t at) : reader_(bytes), at_(at) {}
  size_t at() const { return at_; }

  /// A number of at most nine digits; none if something else is there.
  std::optional<uint32_t> Number() {
    SkipSpace();
    constexpr int kMaxDigits = 9;
    uint32_t value = 0;
    int digits = 0;
    for (; digits < kMaxDigits && IsDigit(reader_.U8(at_)); ++digits) value = value * 10 + reader_.U8(at_++) - '0';
    if (digits == 0) return std::nullopt;
    return value;
  }
  /// A single digit; the next one may follow without a separator.
  std::optional<uint32_t> Digit() {
    SkipSpace();
    if (!IsDigit(reader_.U8(at_))) return std::nullopt;
    return reader_.U8(at_++) - uint32_t{'0'};
  }
  std::string Word() {
    constexpr size_t kMax = 32;
    SkipSpace();
    std::string word;
    while (reader_.Has(at_, 1) && !IsSpace(reader_.U8(at_)) && word.size() < kMax) {
      word += static_cast<char>(reader_.U8(at_++));
    }
    return word;
  }
  bool IsAtEnd() const { return !reader_.Has(at_, 1); }

 private:
  void SkipSpace() {
    for (; reader_.Has(at_, 1); ++at_) {
      if (reader_.U8(at_) == '#') {
        while (reader_.Has(at_, 1) && reader_.U8(at_) != '\n') ++at_;
      } else if (!IsSpace(reader_.U8(at_))) {
        return;
      }
    }
  }

  Reader reader_;
  size_t at_;
};

struct Layout {
  uint32_t width = 0, height = 0;
  uint32_t samples = 1;
  uint32_t max_value = 1;  // the largest value of a sample
  bool is_text = false;
  bool is_bits = false;  // 8 samples per byte, 1 is black
  size_t pixels = 0;
};

Layout ReadPam(Bytes bytes) {
  constexpr int kMaxLines = 1000;
  Layout layout;
  layout.samples = 0;
  Tokens tokens(bytes, 2);
  for (int i = 0; i < kMaxLines; ++i) {
    const std::string word = tokens.Word();
    if (word == "ENDHDR") {
      layout.pixels = tokens.at() + 1;
      return layout;
    }
    if (word == "TUPLTYPE") {
      tokens.Word();
    } else if (word == "WIDTH") {
      layout.width = tokens.Number().value_or(0);
    } else if (word == "HEIGHT") {
      layout.height = tokens.Number().value_or(0);
    } else if (word == "DEPTH") {
      layout.samples = tokens.Number().value_or(0);
    } else if (word == "MAXVAL") {
      layout.max_value = tokens.Number().value_or(0);
    } else {
      break;
    }
  }
  ThrowCorruptHeader("PAM");
}

Layout ReadLayout(Bytes bytes) {
  const uint8_t kind = bytes.data[1];
  if (kind == '7') {
    const Layout layout = ReadPam(bytes);
    if (layout.samples > 4) ThrowUnsupported("PAM of more than 4 samples");
    return layout;
  }
  Layout layout;
  Tokens tokens(bytes, 2);
  layout.width = tokens.Number().value_or(0);
  layout.height = tokens.Number().value_or(0);
  const bool is_bitmap = kind == '1' || kind == '4';
  if (!is_bitmap) layout.max_value = tokens.Number().value_or(0);
  layout.samples = kind == '3' || kind == '6' ? 3 : 1;
  layout.is_text = kind <= '3';
  layout.is_bits = kind == '4';
  layout.pixels = tokens.at() + 1;  // one byte of white space
  return layout;
}

// Scales to 8 bits; of 16 bits the upper 8 are kept, as in every format.
uint8_t Scaled(uint32_t value, uint32_t max_value) {
  if (max_value == 65535) return static_cast<uint8_t>(value >> 8);
  return static_cast<uint8_t>((std::min(value, max_value) * 255 + max_value / 2) / max_value);
}

void ReadText(Bytes bytes, const Layout& layout, cv::Mat& samples) {
  const bool is_bitmap = bytes.data[1] == '1';
  Tokens tokens(bytes, layout.pixels - 1);
  for (int y = 0; y < samples.rows; ++y) {
    uint8_t* row = samples.ptr(y);
    for (int i = 0; i < samples.cols * samples.channels(); ++i) {
      const std::optional<uint32_t> value = is_bitmap ? tokens.Digit() : tokens.Number();
      if (!value && tokens.IsAtEnd()) ThrowTruncated();
      if (!value) ThrowCorrupt();
      row[i] = is_bitmap ? uint8_t(*value != 0 ? 0 : 255) : Scaled(*value, layout.max_value);
    }
  }
}

void ReadBinary(Bytes bytes, const Layout& layout, cv::Mat& samples) {
  const Reader reader(bytes);
  const size_t count = static_cast<size_t>(samples.cols) * static_cast<size_t>(samples.channels());
  const size_t bytes_of_sample = layout.max_value > 255 ? 2 : 1;
  const size_t row_bytes = layout.is_bits ? (count + 7) / 8 : count * bytes_of_sample;
  if (!reader.Has(layout.pixels, row_bytes * static_cast<size_t>(samples.rows))) ThrowTruncated();
  const uint8_t* stored = bytes.data + layout.pixels;
  for (int y = 0; y < samples.rows; ++y, stored += row_bytes) {
    uint8_t* row = samples.ptr(y);
    for (size_t i = 0; i < count; ++i) {
      if (layout.is_bits) {
        row[i] = (stored[i / 8] >> (7 - i % 8) & 1) != 0 ? 0 : 255;
      } else if (bytes_of_sample == 2) {
        row[i] = Scaled(static_cast<uint32_t>(stored[2 * i] << 8 | stored[2 * i + 1]), layout.max_value);
      } else {
        row[i] = Scaled(stored[i], layout.max_value);
      }
    }
  }
}

// Converts gray or RGB, with or without alpha, to BGR.
cv::Mat ToBgr(const cv::Mat& samples) {
  cv::Mat image = NewPixels(samples.size(), CV_8UC3);
  for (int y = 0; y < image.rows; ++y) {
    const uint8_t* from = samples.ptr(y);
    auto* row = image.ptr<cv::Vec3b>(y);
    const int step = samples.channels();
    for (int x = 0; x < image.cols; ++x, from += step) {
      row[x] = step < 3 ? cv::Vec3b::all(*from) : cv::Vec3b(from[2], from[1], from[0]);
    }
  }
  return image;
}

}  // namespace

bool IsPnm(Bytes bytes) {
  const Reader image(bytes);
  const uint8_t kind = image.U8(1);
  if (image.U8(0) != 'P' || kind < '1' || kind > '7') return false;
  return kind == '7' ? image.U8(2) == '\n' : IsSpace(image.U8(2)) || image.U8(2) == '#';
}

Header ReadPnmHeader(Bytes bytes) {
  constexpr uint32_t kMax = 65535;
  const Layout layout = ReadLayout(bytes);
  if (layout.width == 0 || layout.height == 0 || layout.samples == 0 || layout.max_value == 0 ||
      layout.max_value > kMax) {
    ThrowCorruptHeader("PNM");
  }
  Header header{Format::kPnm};
  header.width = layout.width;
  header.height = layout.height;
  header.samples = static_cast<int>(layout.samples);
  return header;
}

Decoded DecodePnm(Bytes bytes, const Header& header) {
  const Layout layout = ReadLayout(bytes);
  const int rows = static_cast<int>(header.height), columns = static_cast<int>(header.width);
  if (!layout.is_text && !layout.is_bits && layout.max_value == 255) {  // no scaling needed
    const size_t size = static_cast<size_t>(header.pixels() * header.samples);
    if (!Reader(bytes).Has(layout.pixels, size)) ThrowTruncated();
    // Nothing writes through the const_cast.
    return {ToBgr(cv::Mat(rows, columns, CV_8UC(header.samples), const_cast<uint8_t*>(bytes.data + layout.pixels)))};
  }
  cv::Mat samples(rows, columns, CV_8UC(header.samples));
  layout.is_text ? ReadText(bytes, layout, samples) : ReadBinary(bytes, layout, samples);
  return {ToBgr(samples)};
}

}  // namespace faces
