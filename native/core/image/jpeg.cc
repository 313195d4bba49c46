#include "jpeg.h"

#include <jpeglib.h>

#include <algorithm>
#include <cstdio>  // jpeglib.h needs it in front
#include <new>
#include <string>
#include <vector>
// Must follow jpeglib.h.
#include <jerror.h>

#include "bytes.h"
#include "jpeg_markers.h"
#include "pixels.h"
#include "way_out.h"

namespace faces {
namespace {

#ifdef JCS_EXTENSIONS
constexpr J_COLOR_SPACE kBgr = JCS_EXT_BGR;
#else
#error "libjpeg-turbo is required: other decoders give other pixels, and other answers"
#endif

// Appended to the file's bytes: an end marker makes libjpeg output what it has.
constexpr JOCTET kEndMarker[] = {0xFF, kJpegEnd};

// What libjpeg reports about an image; it leaves all warnings to its caller.
struct JpegProblems {
  bool is_out_of_memory = false;
  bool ran_out_of_data = false;  // the data ended before all blocks were decoded
  bool is_damaged = false;       // invalid codes, misplaced restart markers, stray bytes
  bool is_unsupported = false;
};

// Whether bytes that libjpeg skipped are more than padding: some cameras leave a few bytes before a marker, or many of
// the same value.
bool IsData(const uint8_t* bytes, size_t count) {
  constexpr size_t kPadding = 64;
  return count > kPadding && std::any_of(bytes, bytes + count, [&](uint8_t byte) { return byte != *bytes; });
}

// libjpeg's structures with our error handler and source.
class Decompressor : public JumpTarget {
 public:
  explicit Decompressor(Bytes jpeg) : file_(jpeg) {
    info_.err = jpeg_std_error(&errors_);
    errors_.error_exit = [](j_common_ptr info) { Self(info).GiveUp(); };
    errors_.emit_message = [](j_common_ptr info, int level) {
      if (level < 0) Self(info).NoteWarning();
    };
    info_.client_data = this;
    is_created_ = Try([&] { jpeg_create_decompress(&info_); });
    source_.next_input_byte = jpeg.data;
    source_.bytes_in_buffer = jpeg.size;
    source_.init_source = source_.term_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr info) -> boolean {
      info->src->next_input_byte = kEndMarker;
      info->src->bytes_in_buffer = sizeof kEndMarker;
      return TRUE;
    };
    source_.skip_input_data = [](j_decompress_ptr info, long count) {
      const size_t skipped = std::min(info->src->bytes_in_buffer, static_cast<size_t>(std::max(count, 0L)));
      info->src->next_input_byte += skipped;
      info->src->bytes_in_buffer -= skipped;
    };
    source_.resync_to_restart = jpeg_resync_to_restart;
    info_.src = &source_;
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info_); }

  bool is_created() const { return is_created_; }
  jpeg_decompress_struct& info() { return info_; }
  JpegProblems& problems() { return problems_; }
  bool is_at_end() const { return source_.next_input_byte >= kEndMarker && source_.next_input_byte <= kEndMarker + 2; }

 private:
  static Decompressor& Self(j_common_ptr info) { return *static_cast<Decompressor*>(info->client_data); }

  [[noreturn]] void GiveUp() {
    switch (errors_.msg_code) {
      case JERR_OUT_OF_MEMORY:
        problems_.is_out_of_memory = true;
        break;
      case JERR_ARITH_NOTIMPL:
      case JERR_NOTIMPL:
      case JERR_NOT_COMPILED:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_SOF_UNSUPPORTED:
        problems_.is_unsupported = true;
        break;
      default:
        break;
    }
    Jump();
  }

  void NoteWarning() {
    switch (errors_.msg_code) {
      case JWRN_HIT_MARKER:  // also reported as a consequence of damage
        problems_.ran_out_of_data = problems_.ran_out_of_data || !problems_.is_damaged;
        break;
      case JWRN_EXTRANEOUS_DATA: {
        // A trailer follows the last scan of a file without an end marker.
        if (is_at_end()) break;
        // The count can exceed the bytes read: it includes bits made up for an empty restart interval.
        const auto read = static_cast<size_t>(source_.next_input_byte - file_.data);
        const size_t count = std::min(static_cast<size_t>(std::max(errors_.msg_parm.i[0], 0)), read);
        if (IsData(source_.next_input_byte - count, count)) problems_.is_damaged = true;
        break;
      }
      case JWRN_HUFF_BAD_CODE:
      case JWRN_ARITH_BAD_CODE:
      case JWRN_MUST_RESYNC:
        problems_.is_damaged = true;
        break;
      default:
        break;  // about profiles and versions, not about blocks
    }
  }

  Bytes file_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  JpegProblems problems_;
  bool is_created_ = false;
};

// Like OpenCV: inverted, as Adobe's programs write them, whatever the file says.
void CmykToBgr(const uint8_t* cmyk, uint8_t* bgr, int width) {
  for (int x = 0; x < width; ++x, cmyk += 4, bgr += 3) {
    const int key = cmyk[3];
    for (int c = 0; c < 3; ++c) bgr[2 - c] = static_cast<uint8_t>(key - ((255 - cmyk[c]) * key >> 8));
  }
}

// Whether every coefficient of a progressive image has been refined to its last bit.
bool HasAllBits(const jpeg_decompress_struct& info) {
  for (int component = 0; component < info.num_components; ++component) {
    for (int i = 0; i < DCTSIZE2; ++i) {
      if (info.coef_bits[component][i] != 0) return false;
    }
  }
  return true;
}

// Whether coded data remains in the only scan after all blocks were decoded, which means that a part in the middle is
// missing. Trailers do not count: they contain invalid markers, or have no end marker of their own.
bool IsDataLeft(Bytes jpeg, const jpeg_decompress_struct& info) {
  const uint8_t* position = info.src->next_input_byte;
  if (info.unread_marker != 0 || position < jpeg.data || position > jpeg.data + jpeg.size) return false;
  const Reader reader(jpeg);
  const auto start = static_cast<size_t>(position - jpeg.data);
  const size_t end = NextJpegMarker(reader, start, jpeg.size);
  return reader.Has(end, 2) && reader.U8(end + 1) == kJpegEnd && IsData(position, end - start);
}

std::optional<Defect> DefectOf(const JpegProblems& problems, bool is_whole) {
  if (problems.ran_out_of_data || (!is_whole && !problems.is_damaged)) {
    return Defect{ErrorCode::kTruncatedImage, kEndsEarly};
  }
  if (problems.is_damaged) return Defect{ErrorCode::kCorruptImage, "the image's data is damaged: part of it is wrong"};
  return std::nullopt;
}

[[noreturn]] void ThrowFor(const JpegProblems& problems) {
  if (problems.is_out_of_memory) throw std::bad_alloc();
  if (problems.is_unsupported) ThrowUnsupported("this kind of JPEG");
  ThrowCorrupt();
}

// Returns false if libjpeg gave up.
bool ReadRows(Decompressor& jpeg, cv::Mat& pixels) {
  jpeg_decompress_struct& info = jpeg.info();
  std::vector<uint8_t> cmyk(info.out_color_space == JCS_CMYK ? size_t{info.output_width} * 4 : 0);
  return jpeg.Try([&] {
    while (info.output_scanline < info.output_height) {
      uint8_t* row = pixels.ptr(static_cast<int>(info.output_scanline));
      JSAMPROW out = cmyk.empty() ? row : cmyk.data();
      jpeg_read_scanlines(&info, &out, 1);
      if (!cmyk.empty()) CmykToBgr(cmyk.data(), row, static_cast<int>(info.output_width));
    }
  });
}

}  // namespace

void CheckJpegScans(int scans, const Header& header) {
  constexpr int kMaxScans = 100;  // libtiff gives up at 100 and libjpeg-turbo's fuzzers at 500
  if (scans > kMaxScans) {
    throw Error(ErrorCode::kCorruptImage, "the JPEG has more than " + std::to_string(kMaxScans) + " scans");
  }
  const int64_t limit = std::max(kScannedPixels / header.pixels(), kScansOfAnySize);
  if (scans > limit) {
    throw Error(ErrorCode::kTooManyPixels, "the JPEG has " + std::to_string(scans) + " scans of " +
                                               std::to_string(header.pixels()) + " pixels, the limit of this size is " +
                                               std::to_string(limit));
  }
}

Decoded DecodeJpeg(Bytes bytes, const Header& header, int reduction) {
  const bool is_multi_scan = header.coefficients > 0;
  JpegScans scans;
  if (is_multi_scan) {
    scans = FindJpegScans(Reader(bytes), header.first_scan);
    CheckJpegScans(scans.count, header);
    bytes.size = std::min(bytes.size, scans.end + (scans.has_end ? sizeof kEndMarker : 0));
  }
  Decompressor jpeg(bytes);
  if (!jpeg.is_created()) ThrowFor(jpeg.problems());
  jpeg_decompress_struct& info = jpeg.info();
  const bool is_started = jpeg.Try([&] {
    jpeg_read_header(&info, TRUE);
    info.out_color_space = info.num_components == 4 ? JCS_CMYK : kBgr;
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(reduction);
    jpeg_start_decompress(&info);
  });
  if (!is_started) ThrowFor(jpeg.problems());
  const auto rounded_up = [&](int64_t side) { return static_cast<JDIMENSION>((side + reduction - 1) / reduction); };
  if (info.output_width != rounded_up(header.width) || info.output_height != rounded_up(header.height)) ThrowCorrupt();

  Decoded decoded{NewPixels({static_cast<int>(info.output_width), static_cast<int>(info.output_height)}, CV_8UC3)};
  if (!ReadRows(jpeg, decoded.pixels)) ThrowFor(jpeg.problems());
  bool is_whole = true;
  if (is_multi_scan) {
    if (!scans.has_end)
      is_whole = info.progressive_mode != FALSE ? HasAllBits(info) : scans.components >= header.samples;
  } else if (IsDataLeft(bytes, info)) {
    jpeg.problems().is_damaged = true;
  }
  // Arithmetic decoding continues past the end of its data without a warning: only the end marker tells.
  if (info.arith_code != FALSE && jpeg.is_at_end()) is_whole = false;
  decoded.defect = DefectOf(jpeg.problems(), is_whole);
  return decoded;
}

}  // namespace faces
