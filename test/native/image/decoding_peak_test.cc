#include "image/decoding_peak.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../counted_memory.h"
#include "../encoded_images.h"
#include "../fixtures.h"
#include "../peak_memory.h"
#include "image/image.h"
#include "image/jpeg.h"

using namespace faces;
using namespace encoded;
using fixtures::AsBytes;
using fixtures::CodeOf;

namespace {

// How a header of such a size would come out.
Header Of(Format format, int64_t width, int64_t height) {
  Header header{format};
  header.width = width;
  header.height = height;
  return header;
}

// 32 bits of four channels in one strip, of `side` pixels each way.
Header DeepTiff(int64_t side) {
  Header tiff = Of(Format::kTiff, side, side);
  tiff.bits = 32;
  tiff.samples = 4;
  tiff.strip_pixels = tiff.pixels();
  tiff.strips = 1;
  return tiff;
}

std::string MessageOf(const Header& header, int64_t max_pixels) {
  try {
    CheckCost(header, max_pixels, Alpha::kDropped);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

constexpr int64_t kMaxPixels = 50'000'000;

}  // namespace

TEST_CASE("what would take more than 12 bytes for each pixel of the limit is refused, saying both") {
  Header tiff = DeepTiff(7071);
  CHECK(MessageOf(tiff, kMaxPixels).find("decoding the image takes 950 MB of memory, the limit is 600 MB") == 0);
  CHECK(CodeOf([&] { CheckCost(tiff, kMaxPixels, Alpha::kDropped); }) == "TOO_MANY_PIXELS");
  CHECK(MessageOf(tiff, 2 * kMaxPixels).empty());
  tiff.strip_pixels = tiff.width * 16;
  tiff.strips = 442;
  CHECK(MessageOf(tiff, kMaxPixels).empty());
  tiff.strip_pixels = 1;
  tiff.strips = tiff.pixels();  // 24 bytes of notes for every pixel
  CHECK(MessageOf(tiff, kMaxPixels).find("decoding the image takes 1") == 0);
}

TEST_CASE("of the largest pictures everything ordinary passes, its alpha kept or not") {
  Header png = Of(Format::kPng, 10'000, 5000);
  png.bits = 16;
  png.samples = 4;
  png.has_alpha = true;
  Header jpeg = Of(Format::kJpeg, 10'000, 5000);
  jpeg.samples = 4;
  jpeg.coefficients = 4 * jpeg.pixels();
  Header webp = Of(Format::kWebp, 10'000, 5000);
  webp.has_alpha = webp.is_lossless = true;
  for (Header header : {png, jpeg, webp, Of(Format::kBmp, 10'000, 5000)}) {
    for (const int orientation : {1, 6}) {
      header.orientation = orientation;
      for (const Alpha alpha : {Alpha::kDropped, Alpha::kKept}) CHECK_NOTHROW(CheckCost(header, kMaxPixels, alpha));
    }
  }
}

TEST_CASE("what libtiff notes of strips counts for every sample that stands apart") {
  Header tiff = Of(Format::kTiff, 1, 150'000);
  tiff.strip_pixels = 1;
  tiff.strips = 150'000;
  tiff.samples = 60;
  const int64_t together = DecodingPeak(tiff, Alpha::kDropped);
  tiff.is_planar = true;
  CHECK(DecodingPeak(tiff, Alpha::kDropped) > together + int64_t{20} * 59 * 150'000);
}

TEST_CASE("small limits of pixels do not refuse small pictures for their memory") {
  CHECK(MessageOf(DeepTiff(100), 10'000).empty());
}

// 92 scans of 50 megapixels took 4.1 s that nothing could stop.
TEST_CASE("a JPEG may have 20 scans of any size, and more where they pass over a thousand megapixels at most") {
  const auto passes = [](int64_t side, int scans) {
    const Header jpeg = Of(Format::kJpeg, side, side);
    return CodeOf([&] { CheckJpegScans(scans, jpeg); }) == "nothing was thrown";
  };
  CHECK(passes(7071, 20));
  CHECK_FALSE(passes(7071, 21));
  CHECK(passes(20'000, 20));
  CHECK_FALSE(passes(20'000, 21));
  CHECK(passes(5000, 40));
  CHECK_FALSE(passes(5000, 41));
  CHECK(passes(1000, 100));
}

// 160 x 96 pixels in a tile of 8192 x 8192 were called 8192 x 8192; and tiles of the same bytes, again and again, would
// be unpacked for hours.
TEST_CASE("tiles that have many more pixels in all than may be decoded are refused as such") {
  Header tiff = Of(Format::kTiff, 160, 96);
  tiff.strips = 1;
  tiff.strip_pixels = 8192 * 8192;
  CHECK(MessageOf(tiff, kMaxPixels).empty());
  tiff.strips = 2;
  CHECK(MessageOf(tiff, kMaxPixels) ==
        "the strips or tiles of the image have 134217728 pixels in all, the limit is 100000000");
}

TEST_CASE("a JPEG of too many scans is not decoded") {
  const cv::Mat flat(4000, 4000, CV_8UC3, cv::Scalar::all(90));
  const std::vector<uint8_t> jpeg = Encode(flat, ".jpg", {cv::IMWRITE_JPEG_PROGRESSIVE, 1});
  std::string bytes(jpeg.begin(), jpeg.end() - 2);
  const std::string last = bytes.substr(bytes.rfind("\xFF\xDA"));
  for (int i = 0; i < 60; ++i) bytes += last;
  bytes += "\xFF\xD9";
  CHECK(CodeOf([&] { DecodeImage(AsBytes(bytes), {}); }) == "TOO_MANY_PIXELS");
}

#ifdef __GLIBC__
namespace {

struct Sample {
  std::string name;
  std::vector<uint8_t> file;
  bool is_ordinary = true;
  double most = 1.5;  // of what is measured
};

// Two and a half megapixels, so that the rest of the process does not count; what is smooth takes the usual ways.
std::vector<Sample> Samples() {
  cv::Mat image, gray, bgra, deep, deep_bgra;
  cv::resize(fixtures::Noise(40, 30), image, {2000, 1250}, 0, 0, cv::INTER_CUBIC);
  cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  cv::insertChannel(gray, bgra, 3);
  image.convertTo(deep, CV_16U, 257);
  bgra.convertTo(deep_bgra, CV_16U, 257);
  const std::vector<int> progressive{cv::IMWRITE_JPEG_PROGRESSIVE, 1};
  const std::vector<int> lossless{cv::IMWRITE_WEBP_QUALITY, 101}, lossy{cv::IMWRITE_WEBP_QUALITY, 80};
  std::vector<Sample> samples{
      {"JPEG", Encode(image, ".jpg")},
      {"JPEG turned", JpegWithExif(Encode(image, ".jpg"), Exif(6))},
      {"JPEG progressive", Encode(image, ".jpg", progressive)},
      {"JPEG progressive turned", JpegWithExif(Encode(image, ".jpg", progressive), Exif(5))},
      {"JPEG progressive gray", Encode(gray, ".jpg", progressive)},
      {"PNG", Encode(image, ".png")},
      {"PNG gray", Encode(gray, ".png")},
      {"PNG alpha", Encode(bgra, ".png")},
      {"PNG alpha turned", PngWithExif(Encode(bgra, ".png"), Exif(7))},
      {"PNG 16 bits", Encode(deep, ".png")},
      {"PNG 16 bits alpha", Encode(deep_bgra, ".png")},
      {"PNG gray alpha", GrayAlphaPng(gray(cv::Rect(0, 0, 200, 150))), false},
      {"WebP", Encode(image, ".webp", lossy)},
      {"WebP alpha", Encode(bgra, ".webp", lossy), true, 1.7},
      {"WebP lossless", Encode(image, ".webp", lossless)},
      {"WebP lossless alpha", Encode(bgra, ".webp", lossless)},
      {"WebP animated", AnimatedWebp({image}, image.size())},
      {"BMP", Encode(image, ".bmp")},
      {"BMP alpha", Encode(bgra, ".bmp")},
      {"TIFF compressed", Encode(image, ".tiff")},
      {"TIFF 16 bits compressed", Encode(deep, ".tiff")},
  };
  for (const bool is_row_by_row : {false, true}) {
    for (const int orientation : {1, 6}) {
      for (const auto& [name, pixels] : {std::pair<const char*, const cv::Mat&>{"gray", gray},
                                         {"colour", image},
                                         {"alpha", bgra},
                                         {"16 bits", deep},
                                         {"16 bits alpha", deep_bgra}}) {
        TiffSetting setting{pixels, orientation};
        setting.alpha_kind = 2;
        setting.is_row_by_row = is_row_by_row;
        samples.push_back({std::string("TIFF ") + name + (is_row_by_row ? " rows" : " one strip") +
                               (orientation == 6 ? " turned" : ""),
                           Tiff(setting), true, is_row_by_row ? 1.5 : 2.5});
      }
    }
  }
  for (const cv::Mat& pixels : {image, bgra, deep, deep_bgra}) {
    TiffSetting setting{pixels};
    setting.planar = true;
    samples.push_back({"TIFF planar", Tiff(setting), false});
  }
  return samples;
}

// What malloc keeps of the blocks under 4 MB that were freed meanwhile.
constexpr double kKept = 12 << 20;

double MeasuredPeak(const std::vector<uint8_t>& file, Alpha alpha) {
  fixtures::RestartPeak();
  const double before = fixtures::PeakMegabytesSinceRestart();
  const DecodedImage image = DecodeImage(AsBytes(file), {}, alpha);
  CHECK(!image.pixels.empty());
  return (fixtures::PeakMegabytesSinceRestart() - before) * (1 << 20);
}

}  // namespace

TEST_CASE("decoding takes no more memory than its header says, and of ordinary pictures not much less" *
          doctest::skip(!memory::kIsCounted)) {
  for (const Sample& sample : Samples()) {
    for (const Alpha alpha : {Alpha::kDropped, Alpha::kKept}) {
      const std::string name = sample.name;
      CAPTURE(name);
      CAPTURE(static_cast<int>(alpha));
      MeasuredPeak(sample.file, alpha);  // what is needed once for all
      const double measured = MeasuredPeak(sample.file, alpha);
      const auto estimate = static_cast<double>(DecodingPeak(ReadHeader(AsBytes(sample.file)), alpha));
      CAPTURE(measured);
      CAPTURE(estimate);
      CHECK(estimate + kKept >= measured);
      if (sample.is_ordinary) CHECK(estimate <= sample.most * measured + (2 << 20));
    }
  }
}

// libwebp decoded it nevertheless, into two planes that nobody had reckoned with.
TEST_CASE("alpha of a WebP that is dropped takes no memory" * doctest::skip(!memory::kIsCounted)) {
  const auto peak = [](int type) {
    const cv::Mat flat(3000, 4000, type, cv::Scalar(10, 20, 30, 40));
    const std::vector<uint8_t> webp = Encode(flat, ".webp", {cv::IMWRITE_WEBP_QUALITY, 80});
    MeasuredPeak(webp, Alpha::kDropped);
    return MeasuredPeak(webp, Alpha::kDropped);
  };
  const double without = peak(CV_8UC3);
  CHECK(without > 2.9 * 4000 * 3000);  // it does measure
  CHECK(peak(CV_8UC4) < without + 0.5 * 4000 * 3000);
}

// 389 KB took 888 MB: OpenCV turned the 16-bit pixels before half of their bytes were dropped.
TEST_CASE("a turned TIFF of 16 bits takes no more memory than an upright one" * doctest::skip(!memory::kIsCounted)) {
  const cv::Mat deep(2500, 4000, CV_16UC4, cv::Scalar::all(12345));
  const auto peak = [&](int orientation) {
    const std::vector<uint8_t> tiff = Tiff({deep, orientation});
    MeasuredPeak(tiff, Alpha::kDropped);
    return MeasuredPeak(tiff, Alpha::kDropped) - static_cast<double>(tiff.size()) * (orientation > 1 ? 1 : 0);
  };
  const double upright = peak(1);
  CHECK(upright > 2.9 * 4000 * 2500);  // it does measure
  CHECK(peak(5) < upright + kKept);
}
#endif
