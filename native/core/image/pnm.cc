#include "pnm.h"

#include <algorithm>
#include <optional>
#include <string>

#include "bytes.h"

namespace faces {
namespace {

bool IsSpace(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
bool IsDigit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

// Words of a header, and numbers of a picture that is text. A # begins a comment of one line.
class Words {
 public:
  Words(Bytes bytes, size_t at) : reader_(bytes), at_(at) {}
  size_t at() const { return at_; }

  /// Of at most nine digits; none where something else stands there.
  std::optional<uint32_t> Number() {
    SkipSpace();
    constexpr int kMostDigits = 9;
    uint32_t value = 0;
    int digits = 0;
    for (; digits < kMostDigits && IsDigit(reader_.U8(at_)); ++digits) value = value * 10 + reader_.U8(at_++) - '0';
    if (digits == 0) return std::nullopt;
    return value;
  }
  /// A digit that nothing need separate from the next one.
  std::optional<uint32_t> Digit() {
    SkipSpace();
    if (!IsDigit(reader_.U8(at_))) return std::nullopt;
    return reader_.U8(at_++) - uint32_t{'0'};
  }
  std::string Word() {
    constexpr size_t kMost = 32;
    SkipSpace();
    std::string word;
    while (reader_.Has(at_, 1) && !IsSpace(reader_.U8(at_)) && word.size() < kMost) {
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
  uint32_t most = 1;  // the largest value of a sample
  bool is_text = false;
  bool is_bits = false;  // 8 samples a byte, 1 is black
  size_t pixels = 0;
};

Layout ReadPam(Bytes bytes) {
  constexpr int kMostLines = 1000;
  Layout layout;
  layout.samples = 0;
  Words words(bytes, 2);
  for (int i = 0; i < kMostLines; ++i) {
    const std::string word = words.Word();
    if (word == "ENDHDR") {
      layout.pixels = words.at() + 1;
      return layout;
    }
    if (word == "TUPLTYPE") {
      words.Word();
    } else if (word == "WIDTH") {
      layout.width = words.Number().value_or(0);
    } else if (word == "HEIGHT") {
      layout.height = words.Number().value_or(0);
    } else if (word == "DEPTH") {
      layout.samples = words.Number().value_or(0);
    } else if (word == "MAXVAL") {
      layout.most = words.Number().value_or(0);
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
  Words words(bytes, 2);
  layout.width = words.Number().value_or(0);
  layout.height = words.Number().value_or(0);
  const bool is_bitmap = kind == '1' || kind == '4';
  if (!is_bitmap) layout.most = words.Number().value_or(0);
  layout.samples = kind == '3' || kind == '6' ? 3 : 1;
  layout.is_text = kind <= '3';
  layout.is_bits = kind == '4';
  layout.pixels = words.at() + 1;  // one byte of space
  return layout;
}

// To 8 bits; of 16 the lower 8 are lost, as in every format.
uint8_t Scaled(uint32_t value, uint32_t most) {
  if (most == 65535) return static_cast<uint8_t>(value >> 8);
  return static_cast<uint8_t>((std::min(value, most) * 255 + most / 2) / most);
}

void ReadText(Bytes bytes, const Layout& layout, cv::Mat& samples) {
  const bool is_bitmap = bytes.data[1] == '1';
  Words words(bytes, layout.pixels - 1);
  for (int y = 0; y < samples.rows; ++y) {
    uint8_t* row = samples.ptr(y);
    for (int i = 0; i < samples.cols * samples.channels(); ++i) {
      const std::optional<uint32_t> value = is_bitmap ? words.Digit() : words.Number();
      if (!value && words.IsAtEnd()) ThrowTruncated();
      if (!value) ThrowCorrupt();
      row[i] = is_bitmap ? uint8_t(*value != 0 ? 0 : 255) : Scaled(*value, layout.most);
    }
  }
}

void ReadBinary(Bytes bytes, const Layout& layout, cv::Mat& samples) {
  const Reader reader(bytes);
  const size_t count = static_cast<size_t>(samples.cols) * static_cast<size_t>(samples.channels());
  const size_t bytes_of_sample = layout.most > 255 ? 2 : 1;
  const size_t row_bytes = layout.is_bits ? (count + 7) / 8 : count * bytes_of_sample;
  if (!reader.Has(layout.pixels, row_bytes * static_cast<size_t>(samples.rows))) ThrowTruncated();
  const uint8_t* stored = bytes.data + layout.pixels;
  for (int y = 0; y < samples.rows; ++y, stored += row_bytes) {
    uint8_t* row = samples.ptr(y);
    for (size_t i = 0; i < count; ++i) {
      if (layout.is_bits) {
        row[i] = (stored[i / 8] >> (7 - i % 8) & 1) != 0 ? 0 : 255;
      } else if (bytes_of_sample == 2) {
        row[i] = Scaled(static_cast<uint32_t>(stored[2 * i] << 8 | stored[2 * i + 1]), layout.most);
      } else {
        row[i] = Scaled(stored[i], layout.most);
      }
    }
  }
}

// Gray or RGB, each with or without alpha, becomes BGR.
cv::Mat ToBgr(const cv::Mat& samples) {
  cv::Mat image(samples.size(), CV_8UC3);
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
  constexpr uint32_t kMost = 65535;
  const Layout layout = ReadLayout(bytes);
  if (layout.width == 0 || layout.height == 0 || layout.samples == 0 || layout.most == 0 || layout.most > kMost) {
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
  if (!layout.is_text && !layout.is_bits && layout.most == 255) {  // as they are
    const size_t size = static_cast<size_t>(header.pixels() * header.samples);
    if (!Reader(bytes).Has(layout.pixels, size)) ThrowTruncated();
    // Nothing writes to the view.
    return {ToBgr(cv::Mat(rows, columns, CV_8UC(header.samples), const_cast<uint8_t*>(bytes.data + layout.pixels)))};
  }
  cv::Mat samples(rows, columns, CV_8UC(header.samples));
  layout.is_text ? ReadText(bytes, layout, samples) : ReadBinary(bytes, layout, samples);
  return {ToBgr(samples)};
}

}  // namespace faces
