#include "bmp.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "bytes.h"
#include "pixels.h"

namespace faces {
namespace {

// Values of the field biCompression.
constexpr uint32_t kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kJpeg = 4, kPng = 5, kAlphaBitFields = 6;

constexpr size_t kInfo = 14;  // offset of the header, which begins with its size
constexpr uint32_t kCoreHeader = 12, kWindowsHeader = 40, kMasksHeader = 52, kOs2Header = 64;

struct Layout {
  int64_t width = 0, height = 0;
  bool is_top_down = false;
  uint32_t bits = 0;
  uint32_t compression = kPlain;
  std::array<uint32_t, 3> masks{};  // blue, green, red
  size_t palette = 0;
  size_t palette_entry = 4;  // bytes
  size_t colours = 0;
  size_t pixels = 0;
};

constexpr std::array<uint32_t, 3> kBytes{0xFF, 0xFF << 8, 0xFF << 16};  // the default masks of 32 bits

bool HasMasks(uint32_t compression) { return compression == kBitFields || compression == kAlphaBitFields; }

std::array<uint32_t, 3> MasksOf(const Reader& bmp, const Layout& layout) {
  constexpr size_t kMasks = kInfo + kWindowsHeader;  // red, green and blue, inside a longer header or after it
  if (HasMasks(layout.compression)) return {bmp.U32(kMasks + 8), bmp.U32(kMasks + 4), bmp.U32(kMasks)};
  if (layout.bits == 16) return {0x1F, 0x1F << 5, 0x1F << 10};
  return kBytes;
}

// Bytes of the masks between header and palette.
size_t MaskBytes(uint32_t header_size, uint32_t compression) {
  if (header_size >= kMasksHeader || !HasMasks(compression)) return 0;
  return compression == kAlphaBitFields ? 16 : 12;
}

void CheckKind(const Layout& layout, uint32_t header_size) {
  const uint32_t bits = layout.bits;
  const bool is_os2 = header_size == kOs2Header;
  if (layout.compression == kJpeg && !is_os2) ThrowUnsupported("JPEG inside a BMP");
  if (layout.compression == kPng) ThrowUnsupported("PNG inside a BMP");
  if (is_os2 && layout.compression >= 3) ThrowUnsupported("BMP of OS/2 with Huffman or 24-bit run-length coding");
  const bool has_depth = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  const bool is_rle = layout.compression == kRle8 || layout.compression == kRle4;
  const bool fits = layout.compression == kPlain || (layout.compression == kRle8 && bits == 8) ||
                    (layout.compression == kRle4 && bits == 4) ||
                    (HasMasks(layout.compression) && (bits == 16 || bits == 32));
  if (!has_depth || !fits || (is_rle && layout.is_top_down)) ThrowCorruptHeader("BMP");
}

Layout ReadLayout(Bytes bytes) {
  const Reader bmp(bytes, false);
  const uint32_t header_size = bmp.U32(kInfo);
  Layout layout;
  if (header_size == kCoreHeader) {
    layout.width = bmp.U16(kInfo + 4);
    layout.height = bmp.U16(kInfo + 6);
    layout.bits = bmp.U16(kInfo + 10);
    layout.palette_entry = 3;
  } else {
    const int64_t height = static_cast<int32_t>(bmp.U32(kInfo + 8));
    layout.width = static_cast<int32_t>(bmp.U32(kInfo + 4));
    layout.height = std::abs(height);
    layout.is_top_down = height < 0;
    layout.bits = bmp.U16(kInfo + 14);
    layout.compression = header_size > 16 ? bmp.U32(kInfo + 16) : kPlain;
  }
  const size_t header_end = kInfo + size_t{header_size};
  if (header_size < kCoreHeader || layout.width <= 0 || layout.height == 0 || !bmp.Has(header_end, 0)) {
    ThrowCorruptHeader("BMP");
  }
  CheckKind(layout, header_size);
  layout.masks = MasksOf(bmp, layout);
  layout.palette = header_end + MaskBytes(header_size, layout.compression);
  const size_t max_colours = layout.bits <= 8 ? size_t{1} << layout.bits : 0;
  const size_t given = header_size >= kWindowsHeader ? bmp.U32(kInfo + 32) : 0;
  layout.colours = given == 0 ? max_colours : std::min(given, max_colours);
  layout.pixels = std::max(size_t{bmp.U32(10)}, header_end);
  return layout;
}

using Colour = cv::Vec3b;

// Indices beyond the palette are black.
std::array<Colour, 256> PaletteOf(const Reader& bmp, const Layout& layout) {
  std::array<Colour, 256> palette{};
  for (size_t i = 0; i < layout.colours; ++i) {
    const size_t entry = layout.palette + i * layout.palette_entry;
    palette[i] = {bmp.U8(entry), bmp.U8(entry + 1), bmp.U8(entry + 2)};
  }
  return palette;
}

// One channel of a packed pixel, scaled to 8 bits.
class Channel {
 public:
  explicit Channel(uint32_t mask) {
    if (mask == 0) return;
    while ((mask >> shift_ & 1) == 0) ++shift_;
    max_value_ = mask >> shift_;
    if ((max_value_ & (max_value_ + 1)) != 0) ThrowCorruptHeader("BMP");  // the bits are not contiguous
    while (max_value_ > 0xFF) {
      max_value_ >>= 1;
      ++shift_;
    }
    for (uint32_t value = 0; value <= max_value_; ++value) {
      scaled_[value] = static_cast<uint8_t>((value * 255 + max_value_ / 2) / max_value_);
    }
  }
  uint8_t Of(uint32_t pixel) const { return scaled_[pixel >> shift_ & max_value_]; }

 private:
  uint32_t shift_ = 0;
  uint32_t max_value_ = 0;
  std::array<uint8_t, 256> scaled_{};
};

int RowOf(const Layout& layout, int64_t index) {
  return static_cast<int>(layout.is_top_down ? index : layout.height - 1 - index);
}

void ReadIndexedRow(const uint8_t* stored, uint32_t bits, const std::array<Colour, 256>& palette, Colour* row,
                    int width) {
  const auto mask = static_cast<uint8_t>((1U << bits) - 1);
  for (int x = 0; x < width; ++x) {
    const size_t bit = static_cast<size_t>(x) * bits;
    row[x] = palette[stored[bit / 8] >> (8 - bits - bit % 8) & mask];
  }
}

void ReadMaskedRow(const uint8_t* stored, uint32_t bits, const std::array<Channel, 3>& channels, Colour* row,
                   int width) {
  const size_t bytes = bits / 8;
  for (int x = 0; x < width; ++x, stored += bytes) {
    uint32_t pixel = 0;
    for (size_t i = 0; i < bytes; ++i) pixel |= static_cast<uint32_t>(stored[i]) << (8 * i);
    row[x] = {channels[0].Of(pixel), channels[1].Of(pixel), channels[2].Of(pixel)};
  }
}

void ReadRows(Bytes bytes, const Layout& layout, cv::Mat& image) {
  const Reader bmp(bytes, false);
  const int64_t row_bits = layout.width * layout.bits;
  const size_t stride = static_cast<size_t>((row_bits + 31) / 32 * 4);
  const size_t used = static_cast<size_t>((row_bits + 7) / 8);
  if (!bmp.Has(layout.pixels, stride * static_cast<size_t>(layout.height - 1) + used)) ThrowTruncated();
  const std::array<Colour, 256> palette = PaletteOf(bmp, layout);
  const std::array<Channel, 3> channels{Channel(layout.masks[0]), Channel(layout.masks[1]), Channel(layout.masks[2])};
  for (int64_t i = 0; i < layout.height; ++i) {
    const uint8_t* stored = bmp.From(layout.pixels + static_cast<size_t>(i) * stride).data;
    auto* row = image.ptr<Colour>(RowOf(layout, i));
    if (layout.bits <= 8) {
      ReadIndexedRow(stored, layout.bits, palette, row, image.cols);
    } else if (layout.bits == 24) {
      std::copy(stored, stored + used, image.ptr(RowOf(layout, i)));
    } else if (layout.bits == 32 && layout.masks == kBytes) {
      for (int x = 0; x < image.cols; ++x, stored += 4) row[x] = {stored[0], stored[1], stored[2]};
    } else {
      ReadMaskedRow(stored, layout.bits, channels, row, image.cols);
    }
  }
}

// Run-length codes are pairs of bytes: a count and the value to repeat; or 0 and a command: 0 next row, 1 end, 2 move
// right and up by the next two bytes, 3 and more: that many literal pixels, padded to an even number of bytes.
void ReadRunLengths(Bytes bytes, const Layout& layout, cv::Mat& image) {
  constexpr uint8_t kNextRow = 0, kEnd = 1, kStep = 2;
  const Reader bmp(bytes, false);
  const std::array<Colour, 256> palette = PaletteOf(bmp, layout);
  const bool is_nibbles = layout.bits == 4;
  image.setTo(cv::Scalar(palette[0][0], palette[0][1], palette[0][2]));
  int64_t x = 0, y = 0;
  // Writes `count` pixels; those beyond the row take no time.
  const auto put = [&](int64_t count, auto index_of) {
    auto* row = image.ptr<Colour>(RowOf(layout, y));
    const int64_t inside = std::clamp<int64_t>(layout.width - x, 0, count);
    for (int64_t i = 0; i < inside; ++i) row[x + i] = palette[index_of(static_cast<size_t>(i))];
    x += count;
  };
  const auto nibble = [&](uint8_t byte, size_t i) {
    return is_nibbles ? static_cast<uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 0xF) : byte;
  };
  size_t at = layout.pixels;
  while (y < layout.height) {
    if (!bmp.Has(at, 2)) {
      const bool is_full = y == layout.height - 1 && x >= layout.width;
      if (!is_full) ThrowTruncated();
      return;
    }
    const uint8_t count = bmp.U8(at), order = bmp.U8(at + 1);
    at += 2;
    if (count > 0) {
      put(count, [&](size_t i) { return nibble(order, i); });
    } else if (order == kEnd) {
      return;
    } else if (order == kNextRow) {
      x = 0;
      ++y;
    } else if (order == kStep) {
      x += bmp.U8(at);
      y += bmp.U8(at + 1);
      at += 2;
    } else {
      const size_t used = is_nibbles ? (order + 1U) / 2 : order;
      if (!bmp.Has(at, used)) ThrowTruncated();
      put(order, [&](size_t i) { return nibble(bmp.U8(at + (is_nibbles ? i / 2 : i)), i); });
      at += (used + 1) / 2 * 2;
    }
  }
}

}  // namespace

Header ReadBmpHeader(Bytes bytes) {
  const Layout layout = ReadLayout(bytes);
  Header header{Format::kBmp};
  header.width = layout.width;
  header.height = layout.height;
  return header;
}

Decoded DecodeBmp(Bytes bytes, const Header& header) {
  const Layout layout = ReadLayout(bytes);
  cv::Mat image = NewPixels({static_cast<int>(header.width), static_cast<int>(header.height)}, CV_8UC3);
  const bool is_rle = layout.compression == kRle8 || layout.compression == kRle4;
  is_rle ? ReadRunLengths(bytes, layout, image) : ReadRows(bytes, layout, image);
  return {std::move(image)};
}

}  // namespace faces
