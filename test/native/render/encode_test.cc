#include "render/encode.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../fixtures.h"

using namespace faces;
using fixtures::CodeOf;

namespace {

cv::Mat Decoded(const Picture& picture) { return cv::imdecode(picture.bytes, cv::IMREAD_UNCHANGED); }

cv::Mat Smooth(int width, int height) {
  cv::Mat smooth;
  cv::GaussianBlur(fixtures::Noise(width, height), smooth, {0, 0}, 5);
  return smooth;
}

}  // namespace

TEST_CASE("encoded pictures come back: PNG to the bit, JPEG and WebP nearly") {
  const cv::Mat image = Smooth(64, 48);
  for (const auto& [format, most] :
       {std::pair{PictureFormat::kPng, 0.0}, {PictureFormat::kJpeg, 20.0}, {PictureFormat::kWebp, 25.0}}) {
    const Picture picture = render::Encode(image, format, 0);
    CHECK(picture.width == 64);
    CHECK(picture.height == 48);
    const cv::Mat back = Decoded(picture);
    REQUIRE(back.type() == CV_8UC3);
    CHECK(cv::norm(back, image, cv::NORM_INF) <= most);
  }
}

TEST_CASE("alpha comes back from PNG to the bit and from WebP; JPEG has none") {
  cv::Mat image;
  cv::cvtColor(Smooth(40, 30), image, cv::COLOR_BGR2BGRA);
  for (int i = 0; i < 1200; ++i) image.at<cv::Vec4b>(i)[3] = static_cast<uint8_t>(i % 256);
  CHECK(cv::norm(Decoded(render::Encode(image, PictureFormat::kPng, 0)), image, cv::NORM_INF) == 0);
  cv::Mat alpha, webp_alpha;
  cv::extractChannel(image, alpha, 3);
  cv::extractChannel(Decoded(render::Encode(image, PictureFormat::kWebp, 0)), webp_alpha, 3);
  CHECK(cv::norm(webp_alpha, alpha, cv::NORM_INF) == 0);
  CHECK(Decoded(render::Encode(image, PictureFormat::kJpeg, 0)).type() == CV_8UC3);
}

TEST_CASE("the quality is obeyed, and 0 is the format's default") {
  const cv::Mat image = fixtures::Noise(100, 100);
  for (const auto& [format, standard] : {std::pair{PictureFormat::kJpeg, 90}, {PictureFormat::kWebp, 80}}) {
    const auto size = [&, kind = format](int quality) { return render::Encode(image, kind, quality).bytes.size(); };
    CHECK(size(1) < size(50));
    CHECK(size(50) < size(100));
    CHECK(render::Encode(image, format, 0).bytes == render::Encode(image, format, standard).bytes);
  }
}

TEST_CASE("a side that a format cannot have is an option's fault, and the message says which") {
  for (const auto& [format, longest] :
       {std::pair{PictureFormat::kJpeg, 65500}, {PictureFormat::kWebp, 16383}, {PictureFormat::kPng, 1000000}}) {
    CHECK(CodeOf([&, kind = format, side = longest] {
            render::Encode(cv::Mat(1, side, CV_8UC3, cv::Scalar()), kind, 0);
          }) == "nothing was thrown");
    CHECK(CodeOf([&, kind = format, side = longest] {
            render::Encode(cv::Mat(side + 1, 1, CV_8UC3, cv::Scalar()), kind, 0);
          }) == "INVALID_OPTION");
  }
  CHECK_THROWS_WITH_AS(render::CheckSize({65501, 2}, PictureFormat::kJpeg),
                       "JPEG pictures may have 65500 pixels a side, this one has 65501 x 2: choose another format",
                       Error);
}

// Encoding 42 megapixels of noise took 38 s that nothing could stop: the service had to kill the worker.
TEST_CASE("a WebP picture that would take longer than any deadline is refused") {
  CHECK_NOTHROW(render::CheckSize({4000, 2000}, PictureFormat::kWebp));
  CHECK_THROWS_WITH_AS(
      render::CheckSize({4001, 2000}, PictureFormat::kWebp),
      "WebP pictures may have 16383 pixels a side and 8000000 in all, this one has 4001 x 2000: choose "
      "another format",
      Error);
  CHECK_NOTHROW(render::CheckSize({10000, 10000}, PictureFormat::kPng));
}

TEST_CASE("pictures hold nothing but their pixels") {
  const cv::Mat image = Smooth(40, 30);
  const auto text = [&](PictureFormat format) {
    const std::vector<uint8_t> bytes = render::Encode(image, format, 0).bytes;
    return std::string(bytes.begin(), bytes.end());
  };
  for (const PictureFormat format : {PictureFormat::kJpeg, PictureFormat::kPng, PictureFormat::kWebp}) {
    for (const char* mark : {"Exif", "http://ns.adobe.com", "ICC_PROFILE", "EXIF", "XMP ", "ICCP", "eXIf", "iCCP",
                             "tEXt", "iTXt", "zTXt", "tIME"}) {
      CHECK_MESSAGE(text(format).find(mark) == std::string::npos, mark);
    }
  }
  const std::string jpeg = text(PictureFormat::kJpeg);
  // Markers up to the scan: JFIF, tables, the frame.
  for (size_t at = 2; static_cast<uint8_t>(jpeg[at + 1]) != 0xDA;) {
    REQUIRE(static_cast<uint8_t>(jpeg[at]) == 0xFF);
    const int marker = static_cast<uint8_t>(jpeg[at + 1]);
    const bool is_expected = marker == 0xE0 || marker == 0xDB || marker == 0xC0 || marker == 0xC4;
    CHECK_MESSAGE(is_expected, marker);
    at += 2 + static_cast<size_t>(static_cast<uint8_t>(jpeg[at + 2]) * 256 + static_cast<uint8_t>(jpeg[at + 3]));
  }
}
