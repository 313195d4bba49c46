#include "kernels/conv.h"

#include <cmath>
#include <tuple>

#include "../fixtures.h"
#include "../targets.h"
#include "naive.h"

using namespace faces::kernels;
using naive::Floats;
using naive::SomeLayer;

namespace {

struct Size {
  int width, height;
};

// Input and output lie at the end of their memory, so that valgrind and the like see what is read or written beyond.
void CheckLayer(const LayerParams& numbers, size_t pixel, const Size& size) {
  constexpr float kUntouched = 1234;
  const Layer layer(numbers);
  const auto in_width = static_cast<size_t>(size.width + numbers.kernel - 1);
  const auto in_height = static_cast<size_t>(size.height + numbers.kernel - 1);
  const std::vector<float> input = Floats(in_width * in_height * pixel, 4);
  const MapIn in{input.data(), in_width * pixel, pixel};
  const auto depth = static_cast<size_t>(layer.padded_outputs());
  const auto area = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
  std::vector<float> output(area * depth + 1, kUntouched);
  Convolve(layer, in, size.width, size.height, {output.data(), static_cast<size_t>(size.width) * depth, depth});
  CHECK(output.back() == kUntouched);
  double worst = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const float* found = output.data() + static_cast<size_t>(y * size.width + x) * depth;
      for (int i = 0; i < layer.padded_outputs(); ++i) {
        const double expected = i < numbers.outputs ? naive::At(numbers, in, x, y, i) : 0;
        worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected));
      }
    }
  }
  CAPTURE(numbers.outputs);
  CAPTURE(pixel);
  CAPTURE(size.width);
  CAPTURE(size.height);
  CHECK(worst < 5e-5);  // 576 products of numbers up to 1, added one by one in float: up to 2.2e-5 was seen
}

}  // namespace

TEST_CASE("convolutions of the networks' shapes equal the definition, at every width up to two blocks") {
  struct Shape {
    int outputs, inputs, kernel;
    size_t pixel;
  };
  fixtures::ForEachTarget([] {
    for (const Shape& shape : {Shape{10, 3, 3, 3},
                               {16, 10, 3, 16},
                               {32, 16, 3, 16},
                               {6, 32, 1, 32},
                               {28, 3, 3, 3},
                               {48, 28, 3, 32},
                               {64, 48, 2, 48},
                               {64, 32, 3, 32},
                               {128, 64, 2, 64}}) {
      const LayerParams numbers = SomeLayer(shape.outputs, shape.inputs, shape.kernel);
      for (int width = 1; width <= 33; ++width) CheckLayer(numbers, shape.pixel, {width, 1 + width % 3});
    }
  });
}

TEST_CASE("maps of three columns, whose rows are taken together, at every height") {
  fixtures::ForEachTarget([] {
    const LayerParams numbers = SomeLayer(64, 48, 2);
    for (int height = 1; height <= 8; ++height) CheckLayer(numbers, 48, {3, height});
  });
}

TEST_CASE("dense layers: every number of crops up to two blocks") {
  fixtures::ForEachTarget([] {
    const LayerParams dense = SomeLayer(32, 576, 1);
    LayerParams heads = SomeLayer(16, 256, 1);
    heads.slopes.clear();
    for (int crops = 1; crops <= 33; ++crops) {
      CheckLayer(dense, 576, {crops, 1});
      CheckLayer(heads, 256, {crops, 1});
    }
  });
}

TEST_CASE("shapes that no network has, pixels farther apart than their channels") {
  fixtures::ForEachTarget([] {
    for (const int outputs : {1, 17, 33, 48, 49, 65}) {
      for (const size_t pixel : {5U, 7U, 8U}) CheckLayer(SomeLayer(outputs, 5, 3), pixel, {13, 2});
    }
  });
}

TEST_CASE("products without bias and PReLU") {
  fixtures::ForEachTarget([] {
    for (const auto& [outputs, inputs, pixel] : {std::tuple{16, 10, 16},
                                                 {16, 5, 9},
                                                 {32, 16, 16},
                                                 {48, 28, 32},
                                                 {48, 7, 7},
                                                 {64, 32, 32},
                                                 {64, 48, 48},
                                                 {128, 64, 64},
                                                 {70, 3, 5}}) {
      LayerParams product = SomeLayer(outputs, inputs, 1);
      const Layer packed(product);
      product.bias.assign(product.bias.size(), 0);
      product.slopes.clear();
      const auto depth = static_cast<size_t>(packed.padded_outputs());
      for (int width = 1; width <= 33; ++width) {
        const std::vector<float> input = Floats(static_cast<size_t>(width * pixel), 5);
        const MapIn in{input.data(), 0, static_cast<size_t>(pixel)};
        std::vector<float> found(static_cast<size_t>(width) * depth);
        Multiply(packed, in, width, 1, {found.data(), 0, depth});
        double worst = 0;
        for (size_t i = 0; i < found.size(); ++i) {
          const auto output = static_cast<int>(i % depth);
          const double expected = output < outputs ? naive::At(product, in, static_cast<int>(i / depth), 0, output) : 0;
          worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected));
        }
        CAPTURE(product.outputs);
        CAPTURE(width);
        CHECK(worst < 1e-5);
      }
    }
  });
}

TEST_CASE("layers of kernel 1 with bias and without PReLU") {
  fixtures::ForEachTarget([] {
    for (const auto& [outputs, inputs, pixel] :
         {std::tuple{16, 16, 16}, {64, 16, 16}, {64, 64, 64}, {16, 64, 64}, {16, 5, 9}, {48, 7, 7}, {70, 3, 5}}) {
      LayerParams numbers = SomeLayer(outputs, inputs, 1);
      numbers.slopes.clear();
      const Layer packed(numbers);
      const auto depth = static_cast<size_t>(packed.padded_outputs());
      for (int width = 1; width <= 33; ++width) {
        const std::vector<float> input = Floats(static_cast<size_t>(width * pixel), 5);
        const MapIn in{input.data(), 0, static_cast<size_t>(pixel)};
        std::vector<float> found(static_cast<size_t>(width) * depth);
        Project(packed, in, width, 1, {found.data(), 0, depth});
        double worst = 0;
        for (size_t i = 0; i < found.size(); ++i) {
          const auto output = static_cast<int>(i % depth);
          const double expected = output < outputs ? naive::At(numbers, in, static_cast<int>(i / depth), 0, output) : 0;
          worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected));
        }
        CAPTURE(numbers.outputs);
        CAPTURE(width);
        CHECK(worst < 1e-5);
      }
    }
  });
}

TEST_CASE("a row of a convolution in steps of two pixels, with ReLU") {
  fixtures::ForEachTarget([] {
    for (const auto& [outputs, inputs, kernel] : {std::tuple{16, 3, 3}, {16, 5, 3}, {33, 3, 3}, {20, 4, 2}}) {
      LayerParams numbers = SomeLayer(outputs, inputs, kernel);
      numbers.slopes.assign(numbers.bias.size(), 0);
      const Layer packed(numbers);
      const auto depth = static_cast<size_t>(packed.padded_outputs());
      for (int width = 1; width <= 33; ++width) {
        const auto row = static_cast<size_t>((2 * (width - 1) + kernel) * inputs);
        const std::vector<float> input = Floats(row * static_cast<size_t>(kernel), 5);
        std::vector<float> found(static_cast<size_t>(width) * depth);
        ConvolveByTwo(packed, input.data(), row, width, found.data());
        double worst = 0;
        for (size_t i = 0; i < found.size(); ++i) {
          const auto output = static_cast<int>(i % depth);
          const MapIn in{input.data(), row, static_cast<size_t>(inputs)};
          const double expected =
              output < outputs ? naive::At(numbers, in, 2 * static_cast<int>(i / depth), 0, output) : 0;
          worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected));
        }
        CAPTURE(numbers.outputs);
        CAPTURE(width);
        CHECK(worst < 1e-5);
      }
    }
  });
}
