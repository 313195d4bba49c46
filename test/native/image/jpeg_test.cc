#include "image/jpeg.h"

#include <jpeglib.h>

#include <cstdio>  // jpeglib.h needs it in front
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

struct Setting {
  bool is_progressive = false;
  bool is_arithmetic = false;
  bool is_scan_each = false;  // sequential, a scan for each component
  int restart_rows = 0;
  int channels = 3;  // 1 gray, 3 colour, 4 CMYK
  int sampling = 2;  // of the brightness, each way
};

// Smooth, so that a wrong block is far off.
cv::Mat Smooth(int width, int height) {
  cv::Mat image;
  cv::GaussianBlur(fixtures::Noise(width, height), image, {0, 0}, 3);
  cv::normalize(image, image, 0, 255, cv::NORM_MINMAX);
  return image;
}

std::string Jpeg(const Setting& setting, int width = 200, int height = 120) {
  cv::Mat pixels = Smooth(width, height);
  if (setting.channels == 1) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2GRAY);
  if (setting.channels == 4) cv::cvtColor(pixels, pixels, cv::COLOR_BGR2BGRA);
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = setting.channels;
  info.in_color_space = setting.channels == 1 ? JCS_GRAYSCALE : setting.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  info.arith_code = setting.is_arithmetic ? TRUE : FALSE;
  info.restart_in_rows = setting.restart_rows;
  info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = setting.sampling;
  if (setting.is_progressive) jpeg_simple_progression(&info);
  std::vector<jpeg_scan_info> scans;
  for (int i = 0; setting.is_scan_each && i < setting.channels; ++i) {
    jpeg_scan_info scan{};
    scan.comps_in_scan = 1;
    scan.component_index[0] = i;
    scan.Se = 63;
    scans.push_back(scan);
  }
  if (!scans.empty()) {
    info.scan_info = scans.data();
    info.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&info, TRUE);
  for (int y = 0; y < height; ++y) {
    JSAMPROW row = pixels.ptr(y);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string text(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return text;
}

std::vector<Setting> Kinds() {
  Setting progressive, each, restarts, gray, gray_progressive, cmyk, whole_colour;
  progressive.is_progressive = true;
  each.is_scan_each = true;
  restarts.restart_rows = 1;
  gray.channels = 1;
  gray.sampling = 1;
  gray_progressive = gray;
  gray_progressive.is_progressive = true;
  cmyk.channels = 4;
  cmyk.sampling = 1;
  whole_colour.sampling = 1;
  return {{}, progressive, each, restarts, gray, gray_progressive, cmyk, whole_colour};
}

std::vector<uint8_t> Raw(const std::string& text) { return {text.begin(), text.end()}; }

std::string WithoutEnd(const std::string& jpeg) { return jpeg.substr(0, jpeg.size() - 2); }

// Where the coded data of the first, or last, scan begins.
size_t FirstData(const std::string& jpeg) {
  const size_t scan = jpeg.find("\xFF\xDA");
  return scan + 2 + static_cast<uint8_t>(jpeg[scan + 2]) * 256U + static_cast<uint8_t>(jpeg[scan + 3]);
}

const std::string kEnd = "\xFF\xD9";

}  // namespace

TEST_CASE("every kind of JPEG comes out as imdecode gives it, to the bit") {
  for (const Setting& kind : Kinds()) {
    for (const int width : {1, 8, 17, 200}) {
      const std::string jpeg = Jpeg(kind, width, 61);
      CHECK(AreEqual(Decode(jpeg), ByOpenCv(jpeg)));
    }
  }
  Setting arithmetic;
  arithmetic.is_arithmetic = true;
  for (const bool is_progressive : {false, true}) {
    arithmetic.is_progressive = is_progressive;
    const std::string jpeg = Jpeg(arithmetic);
    CHECK(AreEqual(Decode(jpeg), ByOpenCv(jpeg)));
  }
}

// Phones append panoramas, films and notes, some without an end marker before them; others leave it out.
TEST_CASE("a JPEG all of whose blocks are there is whole, whatever stands behind its last scan") {
  fixtures::Random random(3);
  std::string trailer = std::string("\0\0\1\n\x0E\0\0\0Image_UTC_Data", 22);
  for (int i = 0; i < 20'000; ++i) trailer += static_cast<char>(random.Next(256));
  const std::string other = Jpeg({}, 64, 64);
  for (const Setting& kind : Kinds()) {
    const std::string jpeg = Jpeg(kind);
    const cv::Mat pixels = Decode(jpeg);
    CAPTURE(kind.is_progressive);
    CAPTURE(kind.is_scan_each);
    CAPTURE(kind.channels);
    for (const std::string& end :
         {std::string(), trailer, kEnd + trailer, kEnd + other, kEnd + kEnd, kEnd + std::string(5000, '\0'),
          std::string(5000, '\0') + kEnd, std::string("\x12\x34\x56\x78") + kEnd, std::string("\xFF\xFF") + kEnd}) {
      CAPTURE(end.size());
      CHECK(AreEqual(Decode(WithoutEnd(jpeg) + end), pixels));
    }
  }
}

TEST_CASE("a JPEG that is cut in a scan is truncated, with or without an end marker where it stops") {
  for (const Setting& kind : Kinds()) {
    const std::string jpeg = Jpeg(kind);
    const size_t data = FirstData(jpeg);
    for (const size_t percent : {0U, 10U, 50U, 90U}) {
      const std::string cut = jpeg.substr(0, data + (jpeg.size() - data) * percent / 100);
      CAPTURE(kind.is_progressive);
      CAPTURE(percent);
      for (const std::string& end : {std::string(), kEnd}) {
        CHECK(CodeOf(cut + end) == "TRUNCATED_IMAGE");
        const DecodedImage part = DecodePart(cut + end);
        REQUIRE(part.defect);
        CHECK(part.defect->code == ErrorCode::kTruncatedImage);
        CHECK(AreEqual(part.pixels, ByOpenCv(cut + kEnd)));
      }
    }
  }
}

TEST_CASE("a JPEG that ends between two scans, without an end marker, is truncated") {
  for (const Setting& kind : Kinds()) {
    if (!kind.is_progressive && !kind.is_scan_each) continue;
    const std::string jpeg = Jpeg(kind);
    for (size_t scan = jpeg.find("\xFF\xDA", FirstData(jpeg)); scan != std::string::npos;
         scan = jpeg.find("\xFF\xDA", scan + 1)) {
      const size_t tables = jpeg.rfind("\xFF\xC4", scan);  // they stand in front of their scan
      const std::string cut = jpeg.substr(0, tables > FirstData(jpeg) && tables != std::string::npos ? tables : scan);
      CHECK(CodeOf(cut) == "TRUNCATED_IMAGE");
    }
  }
}

// 2,000 zeros in a scan gave boxes from what was left, without a word.
TEST_CASE("a JPEG with a hole in its data is refused, and its part can be asked for") {
  for (const Setting& kind : Kinds()) {
    const std::string jpeg = Jpeg(kind, 640, 400);
    const size_t data = FirstData(jpeg);
    const size_t length = (jpeg.size() - data) / 10;
    // The last scans of a progressive one hold the lowest bits: what a hole makes of them looks like any others.
    const size_t end = kind.is_progressive ? data + 6 * length : jpeg.size() - 2 - length;
    for (size_t at = data; at < end; at += length) {
      for (const char filling : {'\0', '\x55', '\xAA'}) {
        std::string holed = jpeg;
        std::fill_n(holed.begin() + static_cast<std::ptrdiff_t>(at), length, filling);
        CAPTURE(kind.is_progressive);
        CAPTURE(kind.is_scan_each);
        CAPTURE(at - data);
        const std::string code = CodeOf(holed);
        CHECK((code == "TRUNCATED_IMAGE" || code == "CORRUPT_IMAGE"));
      }
    }
  }
}

TEST_CASE("a restart marker that is missing is damage, and the part can be asked for") {
  Setting setting;
  setting.restart_rows = 1;
  std::string jpeg = Jpeg(setting);
  const size_t marker = jpeg.find("\xFF\xD2");
  REQUIRE(marker != std::string::npos);
  jpeg.erase(marker, 2);
  CHECK(CodeOf(jpeg) == "CORRUPT_IMAGE");
  CHECK(DecodePart(jpeg).defect->code == ErrorCode::kCorruptImage);
}

// The bits that libjpeg makes up for each of them counted as read ones: memory in front of the file was looked at.
TEST_CASE("a JPEG of more empty restart intervals than the file has bytes for is truncated") {
  Setting setting;
  setting.channels = setting.sampling = 1;
  const std::string jpeg = Jpeg(setting, 800, 800);
  const size_t scan = jpeg.find("\xFF\xDA");
  std::string empty =
      jpeg.substr(0, scan) + std::string("\xFF\xDD\0\4\0\1", 6) + jpeg.substr(scan, FirstData(jpeg) - scan);
  for (int i = 0; i < 9000; ++i) empty += {'\xFF', static_cast<char>(0xD0 + i % 8)};
  empty += std::string(100, '\x12') + kEnd;
  CHECK(CodeOf(empty) == "TRUNCATED_IMAGE");
  CHECK(DecodePart(empty).defect->code == ErrorCode::kTruncatedImage);
}

// libjpeg reads zeros behind the end of such data and does not warn.
TEST_CASE("a JPEG of arithmetic coding that is cut is truncated") {
  Setting setting;
  setting.is_arithmetic = true;
  for (const bool is_progressive : {false, true}) {
    setting.is_progressive = is_progressive;
    const std::string jpeg = Jpeg(setting);
    CHECK_FALSE(DecodePart(jpeg).defect);
    CHECK(CodeOf(jpeg.substr(0, jpeg.size() - 100)) == "TRUNCATED_IMAGE");
    CHECK(DecodePart(jpeg.substr(0, jpeg.size() / 2)).defect->code == ErrorCode::kTruncatedImage);
  }
}

TEST_CASE("what is no defect has none") {
  for (const Setting& kind : Kinds()) CHECK_FALSE(DecodePart(Jpeg(kind)).defect);
}

TEST_CASE("kinds of JPEG that are not read are named, not called damaged") {
  std::string jpeg = Jpeg({});
  const size_t frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  const auto message = [&](char marker) {
    std::string other = jpeg;
    other[frame + 1] = marker;
    CHECK(CodeOf(other) == "UNSUPPORTED_FORMAT");
    return MessageOf(other);
  };
  CHECK(message('\xC3').find("lossless JPEG is not supported") == 0);
  CHECK(message('\xCB').find("lossless JPEG is not supported") == 0);
  CHECK(message('\xC5').find("hierarchical JPEG is not supported") == 0);
  CHECK(message('\xCF').find("hierarchical JPEG is not supported") == 0);
  CHECK(message('\xF7').find("JPEG-LS is not supported") == 0);
  jpeg[frame + 4] = 12;
  CHECK(MessageOf(jpeg).find("12-bit JPEG is not supported") == 0);
}

TEST_CASE("an orientation counts before the scan, in the first tag of the first EXIF block, as a SHORT") {
  const std::vector<uint8_t> plain = Raw(Jpeg({}, 96, 64));
  const std::string text(plain.begin(), plain.end());
  const auto size_with = [&](const std::string& exif) { return Decode(JpegWithExif(plain, exif)).size(); };
  const cv::Size upright(96, 64), turned(64, 96);
  CHECK(size_with(Exif(6)) == turned);
  const std::string with = [&] {
    const std::vector<uint8_t> bytes = JpegWithExif(plain, Exif(6));
    return std::string(bytes.begin(), bytes.end());
  }();
  const std::string segment = with.substr(2, with.size() - text.size());
  CHECK(Decode(text + segment).size() == upright);
  CHECK(Decode(WithoutEnd(text) + segment + kEnd).size() == upright);
  CHECK(Decode(text.substr(0, 2) + segment + segment + text.substr(2)).size() == turned);

  // Directories of two entries: tag, type, count, value.
  const auto entries = [](std::vector<std::array<uint32_t, 4>> all) {
    std::string exif = std::string("II*\0", 4) + Little(8, 4) + Little(static_cast<uint32_t>(all.size()), 2);
    for (const auto& [tag, type, count, value] : all) {
      exif += Little(tag, 2) + Little(type, 2) + Little(count, 4) + Little(value, 4);
    }
    return exif + Little(0, 4);
  };
  CHECK(size_with(entries({{274, 3, 1, 1}, {274, 3, 1, 6}})) == upright);
  CHECK(size_with(entries({{274, 3, 1, 6}, {274, 3, 1, 1}})) == turned);
  CHECK(size_with(entries({{274, 3, 1, 9}, {274, 3, 1, 6}})) == upright);
  CHECK(size_with(entries({{274, 4, 1, 6}})) == upright);
  CHECK(size_with(entries({{274, 4, 1, 6}, {274, 3, 1, 6}})) == turned);
  CHECK(size_with(entries({{274, 3, 2, 6}})) == upright);
}
