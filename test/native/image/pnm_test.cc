#include "image/pnm.h"

#include <opencv2/imgcodecs.hpp>

#include "../encoded_images.h"
#include "../fixtures.h"
#include "decoding.h"

using namespace faces;
using namespace encoded;
using namespace decoding;

namespace {

cv::Vec3b At(const std::string& file, int y, int x) { return Decode(file).at<cv::Vec3b>(y, x); }

cv::Vec3b Gray(int value) { return cv::Vec3b::all(static_cast<uint8_t>(value)); }

}  // namespace

TEST_CASE("PPM comes out as it went in, and OpenCV's own PPM, PGM and text do where it writes them") {
  const cv::Mat image = fixtures::Noise(13, 7);
  CHECK(AreEqual(Decode(Ppm(image)), image));
  if (!cv::haveImageWriter(".ppm")) return;  // a static OpenCV has no such writer
  cv::Mat gray;
  cv::extractChannel(image, gray, 0);
  const std::vector<uint8_t> pgm = Encode(gray, ".pgm");
  CHECK(AreEqual(Decode(Encode(image, ".ppm")), image));
  CHECK(AreEqual(Decode(pgm), ByOpenCv(pgm)));
  CHECK(AreEqual(Decode(Encode(image, ".ppm", {cv::IMWRITE_PXM_BINARY, 0})), image));
}

TEST_CASE("bitmaps, other largest values, 16 bits, comments and PAM") {
  CHECK(At("P1 3 1\n101\n", 0, 0) == Gray(0));
  CHECK(At("P1 3 1\n1 0 1\n", 0, 1) == Gray(255));
  CHECK(At("P4\n9 1\n\x80\x80", 0, 0) == Gray(0));
  CHECK(At("P4\n9 1\n\x80\x80", 0, 1) == Gray(255));
  CHECK(At("P4\n9 1\n\x80\x80", 0, 8) == Gray(0));
  CHECK(At("P2 # gray\n# a comment\n2 1\n15\n0 15", 0, 1) == Gray(255));
  CHECK(At("P2 2 1 15 0 5", 0, 1) == Gray(85));
  CHECK(At("P5 1 1 15 \x0F", 0, 0) == Gray(255));
  CHECK(At(std::string("P5 1 1 65535 \x12\xFF", 15), 0, 0) == Gray(0x12));
  CHECK(At(std::string("P5 1 1 1000 \x01\xF4", 14), 0, 0) == Gray(128));
  CHECK(At("P6 1 1 255 \1\2\3", 0, 0) == cv::Vec3b(3, 2, 1));
  const std::string pam = "P7\nWIDTH 1\nHEIGHT 1\n# a comment\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n";
  CHECK(At(pam + "\1\2\3\4", 0, 0) == cv::Vec3b(3, 2, 1));
  CHECK(At("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\n\7\1", 0, 0) == Gray(7));
  CHECK(At("P7\nWIDTH 2\nHEIGHT 1\nDEPTH 1\nMAXVAL 1\nTUPLTYPE BLACKANDWHITE\nENDHDR\n" + std::string("\0\1", 2), 0,
           1) == Gray(255));
}

TEST_CASE("what is cut, what cannot be and what only looks like one") {
  CHECK(CodeOf(std::string("P6 2 2 255 \1\2\3")) == "TRUNCATED_IMAGE");
  CHECK(CodeOf(std::string("P3 2 1 255 1 2 3 4")) == "TRUNCATED_IMAGE");
  CHECK(CodeOf(std::string("P3 2 1 255 1 2 3 four 5 6")) == "CORRUPT_IMAGE");
  CHECK(CodeOf(std::string("P6 0 2 255 \1\2\3")) == "CORRUPT_IMAGE");
  CHECK(CodeOf(std::string("P6 2 2 65536 \1\2\3")) == "CORRUPT_IMAGE");
  CHECK(CodeOf(std::string("P6 2 ")) == "CORRUPT_IMAGE");
  CHECK(CodeOf(std::string("P6 99999 99999 255 ")) == "TOO_MANY_PIXELS");
  CHECK(CodeOf(std::string("P7\nWIDTH 1\n")) == "CORRUPT_IMAGE");
  CHECK(CodeOf(std::string("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 7\nMAXVAL 255\nENDHDR\n")) == "UNSUPPORTED_FORMAT");
  CHECK(CodeOf(std::string("P6.7 is a number")) == "UNSUPPORTED_FORMAT");
  CHECK(CodeOf(std::string("P9 1 1 255 \1\2\3")) == "UNSUPPORTED_FORMAT");
}
