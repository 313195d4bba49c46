#include "png.h"

#include <png.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "bytes.h"
#include "exif.h"
#include "pixels.h"
#include "way_out.h"

namespace faces {
namespace {

constexpr size_t kSignature = 8;
constexpr size_t kChunkFrame = 12;  // length, type and checksum around the data
constexpr uint8_t kEnd[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};

// The parts of the file for libpng: without chunks that it would only inflate and keep (texts and profiles: 8 MB each,
// up to a thousand of them) or warn about, and with an end chunk if it is missing.
std::vector<Bytes> PartsForLibpng(Bytes bytes, Alpha alpha) {
  const Reader png(bytes);
  std::vector<Bytes> parts{{bytes.data, kSignature}};
  bool has_data = false;
  bool has_transparency = alpha == Alpha::kDropped;
  size_t chunk = kSignature;
  for (; png.Has(chunk, 8) && !png.Matches(chunk + 4, "IEND"); chunk += kChunkFrame + png.U32(chunk)) {
    const bool is_data = png.Matches(chunk + 4, "IDAT");
    const bool is_palette = png.Matches(chunk + 4, "PLTE") && !has_data;
    const bool is_transparency = png.Matches(chunk + 4, "tRNS") && !has_data && !has_transparency;
    if (is_data || is_palette || is_transparency || png.Matches(chunk + 4, "IHDR")) {
      const size_t size = std::min(kChunkFrame + size_t{png.U32(chunk)}, png.size() - chunk);
      Bytes& last = parts.back();
      if (last.data + last.size == bytes.data + chunk) {  // millions of adjacent chunks become one part
        last.size += size;
      } else {
        parts.push_back({bytes.data + chunk, size});
      }
    }
    has_data = has_data || is_data;
    has_transparency = has_transparency || is_transparency;
  }
  const bool is_cut_in_a_chunk = chunk > png.size();
  if (!is_cut_in_a_chunk) parts.push_back({kEnd, sizeof kEnd});
  return parts;
}

// libpng's structures with our source and error handler.
class PngReader : public JumpTarget {
 public:
  explicit PngReader(std::vector<Bytes> parts) : parts_(std::move(parts)) {
    const auto give_up = [](png_structp png, png_const_charp reason) {
      PngReader& self = Self(png_get_error_ptr(png));
      self.is_out_of_memory_ = std::strstr(reason, "memory") != nullptr;  // libpng's own message, or zlib's
      self.Jump();
    };
    const auto ignore = [](png_structp, png_const_charp) {};
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, give_up, ignore);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, this, [](png_structp png, png_bytep out, size_t count) {
      if (!Self(png_get_io_ptr(png)).Read(out, count)) png_error(png, "the end");
    });
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  png_structp png() const { return png_; }
  png_infop info() const { return info_; }
  bool is_at_end() const { return is_at_end_; }
  bool is_out_of_memory() const { return is_out_of_memory_; }

  /// Whether every row has been read, even if the file ends before the data that follows the last one.
  bool has_all_rows() const {
    constexpr int kPasses = 7;
    return png_get_current_row_number(png_) >= png_get_image_height(png_, info_) ||
           png_get_current_pass_number(png_) >= kPasses;
  }

 private:
  static PngReader& Self(void* pointer) { return *static_cast<PngReader*>(pointer); }

  bool Read(uint8_t* out, size_t count) {
    while (count > 0 && part_ < parts_.size()) {
      const Bytes& part = parts_[part_];
      const size_t taken = std::min(count, part.size - offset_);
      std::memcpy(out, part.data + offset_, taken);
      out += taken;
      count -= taken;
      offset_ += taken;
      if (offset_ == part.size) {
        ++part_;
        offset_ = 0;
      }
    }
    if (count > 0) is_at_end_ = true;
    return count == 0;
  }

  std::vector<Bytes> parts_;
  size_t part_ = 0;
  size_t offset_ = 0;
  bool is_at_end_ = false;
  bool is_out_of_memory_ = false;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// Converts to 8-bit BGR or BGRA.
void SetTransforms(png_structp png, png_infop info, bool keeps_alpha) {
  const int type = png_get_color_type(png, info);
  png_set_bgr(png);
  png_set_strip_16(png);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png);
  if ((type & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  if (!keeps_alpha) {
    png_set_strip_alpha(png);
  } else if (png_get_valid(png, info, PNG_INFO_tRNS) != 0) {
    png_set_tRNS_to_alpha(png);
  }
}

}  // namespace

Header ReadPngHeader(Bytes bytes) {
  constexpr uint8_t kColour = 2, kAlphaChannel = 4;  // bits of the colour type
  const Reader png(bytes);
  if (png.Matches(kSignature + 4, "CgBI")) ThrowUnsupported("CgBI PNG (of Apple's tools)");
  if (!png.Matches(kSignature + 4, "IHDR")) ThrowCorruptHeader("PNG");
  Header header{Format::kPng};
  header.width = png.U32(16);
  header.height = png.U32(20);
  header.bits = png.U8(24);
  const uint8_t type = png.U8(25);
  header.has_alpha = (type & kAlphaChannel) != 0;
  bool has_exif = false;
  int chunks = 0;
  for (size_t chunk = kSignature; png.Has(chunk, 8); chunk += kChunkFrame + png.U32(chunk)) {
    if (png.Matches(chunk + 4, "IDAT") || png.Matches(chunk + 4, "IEND")) break;
    if (++chunks > kMaxSegments) ThrowCorruptHeader("PNG");
    if (!has_exif && png.Matches(chunk + 4, "eXIf")) {
      header.orientation = ExifOrientation(png.From(chunk + 8));
      has_exif = true;
    }
    if (png.Matches(chunk + 4, "tRNS")) header.has_alpha = true;
  }
  if (header.width == 0 || header.height == 0) ThrowCorruptHeader("PNG");
  header.samples = ((type & kColour) != 0 ? 3 : 1) + (header.has_alpha ? 1 : 0);
  return header;
}

Decoded DecodePng(Bytes bytes, const Header& header, Alpha alpha) {
  PngReader reader(PartsForLibpng(bytes, alpha));
  const png_structp png = reader.png();
  const png_infop info = reader.info();
  const auto fail = [&] {
    if (reader.is_out_of_memory()) throw std::bad_alloc();
    if (reader.is_at_end()) ThrowTruncated();
    ThrowCorrupt();
  };
  int passes = 0;
  size_t row_bytes = 0;
  const bool keeps_alpha = header.has_alpha && alpha == Alpha::kKept;
  const bool is_begun = reader.Try([&] {
    png_set_user_limits(png, static_cast<png_uint_32>(header.width), static_cast<png_uint_32>(header.height));
    png_read_info(png, info);
    SetTransforms(png, info, keeps_alpha);
    passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    row_bytes = png_get_rowbytes(png, info);
  });
  if (!is_begun) fail();
  const int channels = keeps_alpha && png_get_channels(png, info) == 4 ? 4 : 3;
  const bool matches_header = png_get_image_width(png, info) == header.width &&
                              png_get_image_height(png, info) == header.height &&
                              row_bytes == static_cast<size_t>(header.width * channels);
  if (!matches_header) ThrowCorrupt();

  cv::Mat pixels = NewPixels({static_cast<int>(header.width), static_cast<int>(header.height)}, CV_8UC(channels));
  const bool is_read = reader.Try([&] {
    for (int pass = 0; pass < passes; ++pass) {
      for (int y = 0; y < pixels.rows; ++y) png_read_row(png, pixels.ptr(y), nullptr);
    }
    png_read_end(png, nullptr);  // the rest of the data, and its checksum
  });
  if (!is_read && !(reader.is_at_end() && reader.has_all_rows())) fail();
  return {std::move(pixels)};
}

}  // namespace faces
