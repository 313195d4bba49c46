#include "crop.h"

#include <algorithm>

#include "resize.h"

namespace faces::mtcnn {
namespace {

constexpr double kMaxSide = 1e6;

}  // namespace

void PixelsToBlob(const uint8_t* bgr, int width, int rows, float* blob) {
  const auto plane = static_cast<size_t>(width) * static_cast<size_t>(rows);
  for (int x = 0; x < width; ++x) {
    const uint8_t* pixel = bgr + static_cast<std::ptrdiff_t>(x) * 3;
    for (int y = 0; y < rows; ++y, pixel += static_cast<std::ptrdiff_t>(width) * 3, ++blob) {
      blob[0] = (static_cast<float>(pixel[2]) - 127.5F) * 0.0078125F;
      blob[plane] = (static_cast<float>(pixel[1]) - 127.5F) * 0.0078125F;
      blob[2 * plane] = (static_cast<float>(pixel[0]) - 127.5F) * 0.0078125F;
    }
  }
}

void Crop(const cv::Mat& image, const Box& box, int size, uint8_t* bgr) {
  if (Width(box) >= 1 && Height(box) >= 1 && Width(box) <= kMaxSide && Height(box) <= kMaxSide && box.x2 >= 0 &&
      box.y2 >= 0 && box.x1 < image.cols && box.y1 < image.rows) {
    const Window window{static_cast<int64_t>(box.x1), static_cast<int64_t>(box.y1), static_cast<int>(Width(box)),
                        static_cast<int>(Height(box))};
    LinearResize(image, window, size, size).Block({0, 0, size, size}, bgr);
  } else {
    std::fill_n(bgr, static_cast<size_t>(size) * static_cast<size_t>(size) * 3, uint8_t{0});
  }
}

}  // namespace faces::mtcnn
