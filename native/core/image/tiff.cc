#include "tiff.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "pixels.h"
#include "tiff_layout.h"
#include "tiff_samples.h"

namespace faces {
namespace {

// The file in memory, for libtiff's callbacks.
struct Source {
  Bytes bytes;
  uint64_t position = 0;
};

Source& Of(thandle_t handle) { return *static_cast<Source*>(handle); }

tmsize_t ReadBytes(thandle_t handle, void* to, tmsize_t count) {
  Source& source = Of(handle);
  if (count <= 0 || source.position >= source.bytes.size) return 0;
  const size_t taken = std::min(static_cast<size_t>(count), source.bytes.size - static_cast<size_t>(source.position));
  std::memcpy(to, source.bytes.data + source.position, taken);
  source.position += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t WriteNothing(thandle_t /*handle*/, void* /*from*/, tmsize_t /*count*/) { return 0; }

toff_t Seek(thandle_t handle, toff_t offset, int from) {
  Source& source = Of(handle);
  const uint64_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? source.position : source.bytes.size;
  source.position = base + offset;
  return source.position;
}

int CloseNothing(thandle_t /*handle*/) { return 0; }
toff_t SizeOf(thandle_t handle) { return Of(handle).bytes.size; }

int Map(thandle_t handle, void** base, toff_t* size) {
  // libtiff does not write to a file opened for reading.
  *base = const_cast<uint8_t*>(Of(handle).bytes.data);
  *size = Of(handle).bytes.size;
  return 1;
}

void Unmap(thandle_t /*handle*/, void* /*base*/, toff_t /*size*/) {}

struct Closer {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using File = std::unique_ptr<TIFF, Closer>;

#if TIFFLIB_VERSION >= 20221213  // 4.5.0
int IgnoreMessage(TIFF* /*tiff*/, void* /*user*/, const char* /*module*/, const char* /*format*/,
                  va_list /*arguments*/) {
  return 1;
}

File Open(Source& source) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), IgnoreMessage, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), IgnoreMessage, nullptr);
  return File(TIFFClientOpenExt("image", "r", &source, ReadBytes, WriteNothing, Seek, CloseNothing, SizeOf, Map, Unmap,
                                options.get()));
}
#else
File Open(Source& source) {
  static std::once_flag once;  // the handlers are global, and write to standard error
  std::call_once(once, [] {
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
  });
  return File(TIFFClientOpen("image", "r", &source, ReadBytes, WriteNothing, Seek, CloseNothing, SizeOf, Map, Unmap));
}
#endif

uint32_t Field(TIFF* tiff, uint32_t tag) {
  uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff, tag, &value);
  return value;
}

// The layout as libtiff has read it.
TiffLayout LayoutOf(TIFF* tiff) {
  TiffLayout layout;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &layout.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &layout.height);
  layout.bits = Field(tiff, TIFFTAG_BITSPERSAMPLE);
  layout.samples = Field(tiff, TIFFTAG_SAMPLESPERPIXEL);
  layout.sample_format = Field(tiff, TIFFTAG_SAMPLEFORMAT);
  layout.compression = Field(tiff, TIFFTAG_COMPRESSION);
  uint16_t photometric = static_cast<uint16_t>(kBlackIsZero);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  layout.photometric = photometric;
  layout.is_planar = Field(tiff, TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE && layout.samples > 1;
  uint16_t count = 0;
  uint16_t* kinds = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 && count > 0) {
    layout.is_straight_alpha = kinds[0] == EXTRASAMPLE_UNASSALPHA;
  }
  return layout;
}

// Blocks are strips or tiles.
struct Blocks {
  bool are_tiles;
  uint32_t width, height;  // of one block, in pixels
};

Blocks BlocksOf(TIFF* tiff, const TiffLayout& layout) {
  Blocks blocks{TIFFIsTiled(tiff) != 0, layout.width, layout.height};
  if (blocks.are_tiles) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &blocks.width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &blocks.height);
  } else {
    uint32_t rows = layout.height;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    blocks.height = std::clamp(rows, 1U, layout.height);
  }
  return blocks;
}

using Colour = std::array<uint8_t, 3>;

// Blue, green and red for each index. 16-bit tables have their colours in the upper 8 bits, older ones in the lower.
std::vector<Colour> PaletteOf(TIFF* tiff, const TiffLayout& layout) {
  if (layout.photometric != kPalette) return {};
  if (layout.bits > 8) ThrowUnsupported("TIFF with a palette of more than 256 colours");
  uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) != 1) ThrowCorrupt();
  const size_t count = size_t{1} << layout.bits;
  const auto is_old = [&](const uint16_t* values) {
    return std::all_of(values, values + count, [](uint16_t value) { return value < 256; });
  };
  const int shift = is_old(red) && is_old(green) && is_old(blue) ? 0 : 8;
  std::vector<Colour> palette(256);
  for (size_t i = 0; i < count; ++i) {
    palette[i] = {static_cast<uint8_t>(blue[i] >> shift), static_cast<uint8_t>(green[i] >> shift),
                  static_cast<uint8_t>(red[i] >> shift)};
  }
  return palette;
}

// Decodes one image, block by block.
class Picture {
 public:
  Picture(TIFF* tiff, const TiffLayout& layout, Bytes bytes, bool keeps_alpha)
      : tiff_(tiff),
        layout_(layout),
        bytes_(bytes),
        blocks_(BlocksOf(tiff, layout)),
        palette_(PaletteOf(tiff, layout)) {
    channels_ = keeps_alpha && HasAlpha(layout) ? 4 : 3;
    pixels_ = NewPixels({static_cast<int>(layout.width), static_cast<int>(layout.height)}, CV_8UC(channels_));
  }

  cv::Mat Decode() {
    if (ColoursOf(layout_) == 0) {
      Convert();
    } else {
      Read();
    }
    return pixels_;
  }

 private:
  // The part of the block at (x, y) that is inside the image.
  cv::Rect Place(uint32_t x, uint32_t y) const {
    return {static_cast<int>(x), static_cast<int>(y), static_cast<int>(std::min(blocks_.width, layout_.width - x)),
            static_cast<int>(std::min(blocks_.height, layout_.height - y))};
  }

  template <typename Use>
  void ForEachBlock(Use use) {
    for (uint32_t y = 0; y < layout_.height; y += std::min(blocks_.height, layout_.height - y)) {
      for (uint32_t x = 0; x < layout_.width; x += std::min(blocks_.width, layout_.width - x)) use(x, y);
    }
  }

  [[noreturn]] void Fail(uint32_t block) {
    const uint64_t end = TIFFGetStrileOffset(tiff_, block) + TIFFGetStrileByteCount(tiff_, block);
    if (end > bytes_.size) ThrowTruncated();
    ThrowCorrupt();
  }

  // Reads the block with the pixel at (x, y), of one sample if planar; only its first `rows` are needed.
  void ReadBlock(uint32_t x, uint32_t y, uint16_t sample, int rows, std::vector<uint8_t>& stored) {
    const uint32_t block =
        blocks_.are_tiles ? TIFFComputeTile(tiff_, x, y, 0, sample) : TIFFComputeStrip(tiff_, y, sample);
    const auto max_bytes = static_cast<tmsize_t>(stored.size());
    const tmsize_t wanted = blocks_.are_tiles ? max_bytes : RowBytes() * rows;
    const tmsize_t read = blocks_.are_tiles ? TIFFReadEncodedTile(tiff_, block, stored.data(), max_bytes)
                                            : TIFFReadEncodedStrip(tiff_, block, stored.data(), wanted);
    if (read < wanted) Fail(block);
  }

  tmsize_t RowBytes() const { return blocks_.are_tiles ? TIFFTileRowSize(tiff_) : TIFFScanlineSize(tiff_); }

  void Read() {
    if (layout_.samples < ColoursOf(layout_)) ThrowCorrupt();
    const tmsize_t row_bytes = RowBytes();
    const tmsize_t block_bytes = blocks_.are_tiles ? TIFFTileSize(tiff_) : TIFFStripSize(tiff_);
    const size_t samples_apart = layout_.is_planar ? 1 : layout_.samples;
    const size_t row_samples = size_t{blocks_.width} * samples_apart;
    const bool is_sound = row_bytes > 0 && block_bytes / row_bytes >= blocks_.height &&
                          static_cast<size_t>(row_bytes) >= (row_samples * layout_.bits + 7) / 8;
    if (!is_sound) ThrowCorrupt();
    std::vector<uint8_t> stored(static_cast<size_t>(block_bytes));
    // 8-bit samples: of a whole block if planar, otherwise of a row.
    const size_t band_row = size_t{blocks_.width} * layout_.samples;
    std::vector<uint8_t> band(band_row * (layout_.is_planar ? blocks_.height : 1));
    ForEachBlock([&](uint32_t x, uint32_t y) {
      const cv::Rect place = Place(x, y);
      const auto count = static_cast<size_t>(place.width);
      if (layout_.is_planar) {
        for (uint16_t sample = 0; sample < layout_.samples; ++sample) {
          ReadBlock(x, y, sample, place.height, stored);
          for (int row = 0; row < place.height; ++row) {
            UnpackSamples(&stored[static_cast<size_t>(row * row_bytes)], count, layout_,
                          &band[band_row * static_cast<size_t>(row) + sample], layout_.samples);
          }
        }
        for (int row = 0; row < place.height; ++row) {
          ToBgr(&band[band_row * static_cast<size_t>(row)], place.width, pixels_(place).ptr(row));
        }
        return;
      }
      ReadBlock(x, y, 0, place.height, stored);
      for (int row = 0; row < place.height; ++row) {
        const uint8_t* samples = &stored[static_cast<size_t>(row * row_bytes)];
        if (!IsOf8Bits()) {
          UnpackSamples(samples, count * layout_.samples, layout_, band.data(), 1);
          samples = band.data();
        }
        ToBgr(samples, place.width, pixels_(place).ptr(row));
      }
    });
  }

  bool IsOf8Bits() const { return layout_.bits == 8 && layout_.sample_format != kSigned; }

  // Converts a row of 8-bit samples.
  void ToBgr(const uint8_t* samples, int width, uint8_t* bgr) const {
    const uint32_t step = layout_.samples;
    const uint32_t colours = ColoursOf(layout_);
    for (int x = 0; x < width; ++x, samples += step, bgr += channels_) {
      switch (layout_.photometric) {
        case kPalette:
          std::copy_n(palette_[samples[0]].data(), 3, bgr);
          break;
        case kWhiteIsZero:
          std::fill_n(bgr, 3, static_cast<uint8_t>(255 - samples[0]));
          break;
        case kBlackIsZero:
          std::fill_n(bgr, 3, samples[0]);
          break;
        case kSeparated:  // 0 is no ink; like libtiff's own conversion
          for (int c = 0; c < 3; ++c) {
            bgr[2 - c] = static_cast<uint8_t>((255 - samples[3]) * (255 - samples[c]) / 255);
          }
          break;
        default:
          bgr[0] = samples[2];
          bgr[1] = samples[1];
          bgr[2] = samples[0];
      }
      if (channels_ == 4) bgr[3] = samples[colours];
    }
  }

  // Uses libtiff's conversion: Y'CbCr that is not JPEG's, L*a*b*, logarithmic luminance.
  void Convert() {
    TIFFRGBAImage image;
    std::array<char, 1024> reason{};
    if (TIFFRGBAImageOK(tiff_, reason.data()) == 0 || TIFFRGBAImageBegin(&image, tiff_, 1, reason.data()) == 0) {
      ThrowUnsupported("TIFF of photometric interpretation " + std::to_string(layout_.photometric) + " with " +
                       std::to_string(layout_.bits) + " bits a sample");
    }
    const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> end(&image, TIFFRGBAImageEnd);
    image.req_orientation = image.orientation;  // as stored: the orientation is applied later, as for all formats
    std::vector<uint32_t> block(size_t{blocks_.width} * blocks_.height);
    ForEachBlock([&](uint32_t x, uint32_t y) {
      const cv::Rect place = Place(x, y);
      image.col_offset = place.x;
      image.row_offset = place.y;
      if (TIFFRGBAImageGet(&image, block.data(), static_cast<uint32_t>(place.width),
                           static_cast<uint32_t>(place.height)) == 0) {
        Fail(blocks_.are_tiles ? TIFFComputeTile(tiff_, x, y, 0, 0) : TIFFComputeStrip(tiff_, y, 0));
      }
      for (int row = 0; row < place.height; ++row) {
        const uint32_t* from = &block[static_cast<size_t>(row) * static_cast<size_t>(place.width)];
        uint8_t* bgr = pixels_(place).ptr(row);
        for (int i = 0; i < place.width; ++i, bgr += 3) {
          bgr[0] = static_cast<uint8_t>(TIFFGetB(from[i]));
          bgr[1] = static_cast<uint8_t>(TIFFGetG(from[i]));
          bgr[2] = static_cast<uint8_t>(TIFFGetR(from[i]));
        }
      }
    });
  }

  TIFF* tiff_;
  const TiffLayout layout_;
  const Bytes bytes_;
  const Blocks blocks_;
  const std::vector<Colour> palette_;
  int channels_ = 3;
  cv::Mat pixels_;
};

// Whether blocks are as large as the header says, so that no more memory is needed at a time.
bool BlocksMatchHeader(TIFF* tiff, const Blocks& blocks, const Header& header) {
  const int64_t pixels = int64_t{blocks.width} * blocks.height;
  if (blocks.are_tiles) return pixels == header.strip_pixels;
  // libtiff splits a single uncompressed strip into several, of 8 KB or of as many rows as one chroma sample covers.
  constexpr int64_t kPart = 8192, kMaxRows = 4;
  const bool is_part = header.strips == 1 && (blocks.height <= kMaxRows || TIFFStripSize(tiff) <= kPart);
  return is_part || pixels <= header.strip_pixels;
}

bool MatchesHeader(const TiffLayout& layout, const Header& header) {
  return layout.width == header.width && layout.height == header.height &&
         static_cast<int>(layout.samples) == header.samples && static_cast<int>(layout.bits) == header.bits &&
         layout.is_planar == header.is_planar && (ColoursOf(layout) == 0) == header.is_converted;
}

}  // namespace

Decoded DecodeTiff(Bytes bytes, const Header& header, Alpha alpha) {
  Source source{bytes};
  const File file = Open(source);
  if (!file) ThrowCorruptHeader("TIFF");
  if (TIFFCurrentDirOffset(file.get()) != header.directory && TIFFSetSubDirectory(file.get(), header.directory) == 0) {
    ThrowCorruptHeader("TIFF");
  }
  const TiffLayout layout = LayoutOf(file.get());
  if (TIFFIsCODECConfigured(static_cast<uint16_t>(layout.compression)) == 0) {
    ThrowUnsupported("TIFF of compression " + std::to_string(layout.compression));
  }
  if (!MatchesHeader(layout, header) || !BlocksMatchHeader(file.get(), BlocksOf(file.get(), layout), header)) {
    ThrowCorruptHeader("TIFF");
  }
  CheckDepth(layout);  // again, since libtiff also reads an older tag for the sample format
  if (layout.photometric == kYCbCr && layout.compression == kJpegCompression && !layout.is_planar) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  // Not by what libtiff makes of a damaged directory: memory is planned by the header.
  const bool keeps_alpha = alpha == Alpha::kKept && header.has_alpha;
  return {Picture(file.get(), layout, bytes, keeps_alpha).Decode()};
}

}  // namespace faces
