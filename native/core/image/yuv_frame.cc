#include "image/yuv_frame.h"

#include <algorithm>
#include <cmath>

namespace faces {
namespace {

constexpr int kBits = 16;  // of fractions

int Fixed(double factor) { return static_cast<int>(std::lround(factor * (1 << kBits))); }

uint8_t Clamped(int fixed) { return static_cast<uint8_t>(std::clamp(fixed >> kBits, 0, 255)); }

// Factors of U - 128 and V - 128.
struct Factors {
  int blue_of_u, green_of_u, green_of_v, red_of_v;
};

// By the shares that the standards give red and blue of brightness; chroma has the range from 16 to 240.
Factors FactorsOf(YuvMatrix matrix) {
  const double red = matrix == YuvMatrix::kBt709 ? 0.2126 : 0.299;
  const double blue = matrix == YuvMatrix::kBt709 ? 0.0722 : 0.114;
  const double green = 1 - red - blue;
  const double of_u = 2 * (1 - blue) * 255 / 224, of_v = 2 * (1 - red) * 255 / 224;
  return {Fixed(of_u), Fixed(-of_u * blue / green), Fixed(-of_v * red / green), Fixed(of_v)};
}

}  // namespace

cv::Size ChromaSize(const cv::Size& size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

size_t FrameBytes(const cv::Size& size) {
  const cv::Size chroma = ChromaSize(size);
  return size_t(size.width) * size_t(size.height) + 2 * size_t(chroma.width) * size_t(chroma.height);
}

void FrameToBgr(const uint8_t* frame, const cv::Size& size, YuvMatrix matrix, uint8_t* bgr) {
  const Factors factors = FactorsOf(matrix);
  const int of_y = Fixed(255.0 / 219);
  constexpr int kHalf = 1 << (kBits - 1);
  const cv::Size chroma = ChromaSize(size);
  const size_t width = size_t(size.width), chroma_width = size_t(chroma.width);
  const uint8_t* const all_u = frame + width * size_t(size.height);
  const uint8_t* const all_v = all_u + chroma_width * size_t(chroma.height);
  for (size_t row = 0; row < size_t(size.height); ++row) {
    const uint8_t* const y = frame + row * width;
    const uint8_t* const u = all_u + row / 2 * chroma_width;
    const uint8_t* const v = all_v + row / 2 * chroma_width;
    for (size_t column = 0; column < width; ++column, bgr += 3) {
      const int brightness = (y[column] - 16) * of_y + kHalf;
      const int cb = u[column / 2] - 128, cr = v[column / 2] - 128;
      bgr[0] = Clamped(brightness + cb * factors.blue_of_u);
      bgr[1] = Clamped(brightness + cb * factors.green_of_u + cr * factors.green_of_v);
      bgr[2] = Clamped(brightness + cr * factors.red_of_v);
    }
  }
}

}  // namespace faces
