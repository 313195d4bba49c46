#include "image/webp.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

const std::vector<int> kLossless{cv::IMWRITE_WEBP_QUALITY, 101};
const std::vector<int> kLossy{cv::IMWRITE_WEBP_QUALITY, 80};

std::string Text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

// An animation of one size of canvas whose frames lie at (x, y), which are even.
std::string Animation(const cv::Mat& frame, const cv::Size& canvas, int x, int y, const std::vector<int>& quality) {
  std::string webp = Text(AnimatedWebp({frame}, canvas));
  const size_t at = webp.find("ANMF") + 8;
  const std::string image = Text(Encode(frame, ".webp", quality)).substr(12);
  webp = webp.substr(0, at) + Little(static_cast<uint32_t>(x / 2), 3) + Little(static_cast<uint32_t>(y / 2), 3) +
         webp.substr(at + 6, 10) + image;
  webp.replace(at - 4, 4, Little(static_cast<uint32_t>(16 + image.size()), 4));
  webp.replace(4, 4, Little(static_cast<uint32_t>(webp.size() - 8), 4));
  return webp;
}

}  // namespace

TEST_CASE("every kind of WebP comes out as imdecode gives it, to the bit") {
  const cv::Mat image = fixtures::Noise(37, 23);
  cv::Mat bgra, alpha(23, 37, CV_8U);
  cv::randu(alpha, 0, 256);
  cv::cvtColor(image, bgra, cv::COLOR_BGR2BGRA);
  cv::insertChannel(alpha, bgra, 3);
  for (const std::vector<int>& quality : {kLossless, kLossy}) {
    for (const cv::Mat& pixels : {image, bgra}) {
      const std::vector<uint8_t> webp = Encode(pixels, ".webp", quality);
      CHECK(AreEqual(Decode(webp), ByOpenCv(webp)));
      CHECK(AreEqual(Decode(webp, Alpha::kKept), ByOpenCv(webp, cv::IMREAD_UNCHANGED)));
    }
  }
}

// A sticker's first frame is a part of its canvas: boxes were those of the frame.
TEST_CASE("the first frame of an animation lies where it does on its canvas") {
  const cv::Mat frame = fixtures::Noise(32, 16);
  for (const std::vector<int>& quality : {kLossless, kLossy}) {
    const std::string webp = Animation(frame, {50, 40}, 10, 6, quality);
    cv::Mat expected(40, 50, CV_8UC3, cv::Scalar::all(0));
    ByOpenCv(Encode(frame, ".webp", quality)).copyTo(expected(cv::Rect(10, 6, 32, 16)));
    CHECK(AreEqual(Decode(webp), expected));
    const cv::Mat kept = Decode(webp, Alpha::kKept);
    REQUIRE(kept.type() == CV_8UC4);
    cv::Mat alpha;
    cv::extractChannel(kept, alpha, 3);
    CHECK(cv::countNonZero(alpha) == 32 * 16);
    CHECK(cv::countNonZero(alpha(cv::Rect(10, 6, 32, 16))) == 32 * 16);
  }
  CHECK(CodeOf(Animation(frame, {50, 40}, 20, 6, kLossless)) == "CORRUPT_IMAGE");
  CHECK(CodeOf(Animation(frame, {50, 40}, 10, 26, kLossless)) == "CORRUPT_IMAGE");
  CHECK(CodeOf(Animation(frame, {42, 22}, 10, 6, kLossless)) == "nothing was thrown");
}

TEST_CASE("an orientation of a WebP counts where its header announces EXIF") {
  const std::vector<uint8_t> plain = Encode(fixtures::Noise(40, 30), ".webp", kLossless);
  std::string webp = Text(WebpWithExif(plain, Exif(6), {40, 30}));
  CHECK(Decode(webp).size() == cv::Size(30, 40));
  const std::string prefixed = Text(WebpWithExif(plain, std::string("Exif\0\0", 6) + Exif(6), {40, 30}));
  CHECK(Decode(prefixed).size() == cv::Size(30, 40));
  constexpr size_t kFlags = 20;
  webp[kFlags] = static_cast<char>(webp[kFlags] & ~0x08);
  CHECK(Decode(webp).size() == cv::Size(40, 30));
  // Without the header that could announce it.
  std::string simple = Text(plain) + webp.substr(webp.find("EXIF"));
  simple.replace(4, 4, Little(static_cast<uint32_t>(simple.size() - 8), 4));
  CHECK(Decode(simple).size() == cv::Size(40, 30));
}

TEST_CASE("a WebP whose picture is whole may miss what stands behind it; one that is cut is truncated") {
  const cv::Mat image = fixtures::Noise(40, 30);
  for (const std::vector<int>& quality : {kLossless, kLossy}) {
    const std::vector<uint8_t> plain = Encode(image, ".webp", quality);
    const std::string webp = Text(WebpWithExif(plain, Exif(1), image.size()));
    CHECK(AreEqual(Decode(webp.substr(0, webp.size() - 5)), Decode(plain)));
    const std::string text = Text(plain);
    CHECK(CodeOf(text.substr(0, text.size() / 2)) == "TRUNCATED_IMAGE");
  }
}
