#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "error.h"
#include "models/model.h"
#include "types.h"

// What the tests of the core share. The environment variables are set by scripts/test.mjs.
namespace fixtures {

inline std::string Folder(const char* variable) {
  const char* value = std::getenv(variable);
  REQUIRE_MESSAGE(value != nullptr, std::string(variable) << " is not set: run the tests by npm test");
  return value;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.good(), "cannot read " << path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline faces::Bytes AsBytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline faces::Bytes AsBytes(const std::vector<uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

inline faces::ModelFiles MtcnnFiles() {
  faces::ModelFiles files;
  for (const char* name : {"det1.onnx", "det2.onnx", "det3.onnx"}) {
    files[name] = ReadFile(Folder("FACES_WEIGHTS") + "/" + name);
  }
  return files;
}

/// A picture with four faces drawn by code, 800x500: test/fixtures/drawn-faces.mts.
inline std::string DrawnFaces() { return ReadFile(Folder("FACES_DRAWN") + "/faces.png"); }

/// Numbers that repeat from run to run and from machine to machine.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed) {}
  /// 0 to `below` - 1.
  uint32_t Next(uint32_t below) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 16) % below;
  }
  double Uniform(double from, double to) { return from + (to - from) * Next(65536) / 65536.0; }

 private:
  uint32_t state_;
};

inline cv::Mat Noise(int width, int height, uint32_t seed = 1) {
  Random random(seed);
  cv::Mat image(height, width, CV_8UC3);
  for (int i = 0; i < height * width * 3; ++i) image.data[i] = static_cast<uint8_t>(random.Next(256));
  return image;
}

/// The code of the faces::Error that `call` throws; fails the test where it throws none.
template <typename Call>
std::string CodeOf(Call call) {
  try {
    call();
  } catch (const faces::Error& error) {
    return faces::ErrorName(error.code());
  }
  return "nothing was thrown";
}

/// To the bit.
inline bool AreEqual(const std::vector<faces::Face>& a, const std::vector<faces::Face>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const faces::Face& x, const faces::Face& y) {
    return x.box.x1 == y.box.x1 && x.box.y1 == y.box.y1 && x.box.x2 == y.box.x2 && x.box.y2 == y.box.y2 &&
           x.confidence == y.confidence &&
           std::equal(x.landmarks->begin(), x.landmarks->end(), y.landmarks->begin(),
                      [](const faces::Point& p, const faces::Point& q) { return p.x == q.x && p.y == q.y; });
  });
}

}  // namespace fixtures
