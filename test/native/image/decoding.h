#pragma once

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "../fixtures.h"
#include "image/image.h"

// What the tests of the decoders share.
namespace decoding {

template <typename Buffer>
cv::Mat Decode(const Buffer& bytes, faces::Alpha alpha = faces::Alpha::kDropped) {
  return faces::DecodeImage(fixtures::AsBytes(bytes), {}, alpha).pixels;
}

/// With what is there of a JPEG that is not whole.
template <typename Buffer>
faces::DecodedImage DecodePart(const Buffer& bytes) {
  faces::Options options;
  options.accept_truncated = true;
  return faces::DecodeImage(fixtures::AsBytes(bytes), options);
}

template <typename Buffer>
std::string CodeOf(const Buffer& bytes) {
  return fixtures::CodeOf([&] { Decode(bytes); });
}

template <typename Buffer>
std::string MessageOf(const Buffer& bytes) {
  try {
    Decode(bytes);
  } catch (const faces::Error& error) {
    return error.what();
  }
  return "";
}

inline bool AreEqual(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// What `call` and the libraries below it write to the standard error stream.
template <typename Call>
std::string StandardErrorOf(Call call) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  const int errors = fileno(stderr);
  const int kept = dup(errors);
  dup2(fileno(file), errors);
  call();
  dup2(kept, errors);
  close(kept);
  std::rewind(file);
  std::string text(10'000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

/// BGR as a PPM.
inline std::string Ppm(const cv::Mat& image) {
  std::string file = "P6 " + std::to_string(image.cols) + " " + std::to_string(image.rows) + " 255\n";
  for (int y = 0; y < image.rows; ++y) {
    for (int x = 0; x < image.cols; ++x) {
      for (int c = 2; c >= 0; --c) file += static_cast<char>(image.at<cv::Vec3b>(y, x)[c]);
    }
  }
  return file;
}

/// cv::imdecode, whose libraries warn of what is damaged.
template <typename Buffer>
cv::Mat ByOpenCv(const Buffer& bytes, int flags = cv::IMREAD_COLOR) {
  cv::Mat image;
  StandardErrorOf([&] { image = cv::imdecode(std::vector<uint8_t>(bytes.begin(), bytes.end()), flags); });
  return image;
}

/// `value`, `bytes` of them, the lowest first.
inline std::string Little(uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(uint64_t{value} >> (8 * i));
  return text;
}

}  // namespace decoding
