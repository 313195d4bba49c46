#pragma once

#include <cmath>

#include "../../kernels/naive.h"
#include "models/yunet/engine.h"
#include "models/yunet/weights.h"

// The network by the definition of its layers, whole maps one after the other, for the test of the fused one.
namespace naive {

struct Map {
  int width = 0;
  int height = 0;
  std::vector<float> pixels;

  size_t depth() const { return pixels.size() / static_cast<size_t>(width * height); }
  const float* At(int x, int y) const { return pixels.data() + static_cast<size_t>(y * width + x) * depth(); }
};

// Numbers of the size that keeps what goes through the layers between 0 and 10.
inline faces::yunet::Params SomeParams() {
  using namespace faces::yunet;
  uint32_t seed = 1;
  const auto scaled = [&](std::vector<float> floats, double factor) {
    const std::vector<float> fresh = Floats(floats.size(), seed++);
    for (size_t i = 0; i < floats.size(); ++i) floats[i] = fresh[i] * static_cast<float>(factor);
    return floats;
  };
  Params params;
  params.first = SomeLayer(16, 3, 3);
  params.first.weights = scaled(params.first.weights, 0.004);
  params.first.slopes.clear();
  for (size_t i = 0; i < kLayers; ++i) {
    const bool is_head = i >= kHeads;
    faces::kernels::SeparableParams layer = SomeSeparable(is_head || i < 2 ? 16 : 64, i < 3 ? 16 : 64);
    layer.pointwise.weights = scaled(layer.pointwise.weights, 2 / std::sqrt(layer.pointwise.inputs));
    layer.pointwise.bias = scaled(layer.pointwise.bias, 0.1);
    layer.depthwise.weights = scaled(layer.depthwise.weights, 0.7);
    layer.depthwise.bias = scaled(layer.depthwise.bias, 0.3);
    layer.depthwise.is_relu = !is_head;
    params.layers.push_back(layer);
  }
  return params;
}

inline Map FirstMap(const faces::kernels::LayerParams& layer, const cv::Mat& picture) {
  const int width = faces::yunet::PaddedSide(picture.cols), height = faces::yunet::PaddedSide(picture.rows);
  Map map{width / 2, height / 2, {}};
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x) {
      for (int output = 0; output < layer.outputs; ++output) {
        double sum = layer.bias[static_cast<size_t>(output)];
        for (int i = 0; i < 27; ++i) {
          const int colour = i / 9, kx = i % 9 / 3, ky = i % 3;  // columns before rows
          const int column = 2 * x + kx - 1, row = 2 * y + ky - 1;
          if (column < 0 || row < 0 || column >= picture.cols || row >= picture.rows) continue;
          sum += static_cast<double>(layer.weights[static_cast<size_t>(output * 27 + i)]) *
                 picture.at<cv::Vec3b>(row, column)[colour];
        }
        map.pixels.push_back(static_cast<float>(std::max(sum, 0.0)));
      }
    }
  }
  return map;
}

inline Map Run(const faces::kernels::SeparableParams& layer, const Map& in) {
  return {in.width, in.height, SeparableMap(layer, in.pixels, in.width, in.height)};
}

inline Map Halved(const Map& in) {
  Map out{in.width / 2, in.height / 2, {}};
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (size_t c = 0; c < in.depth(); ++c) {
        out.pixels.push_back(std::max({in.At(2 * x, 2 * y)[c], in.At(2 * x + 1, 2 * y)[c], in.At(2 * x, 2 * y + 1)[c],
                                       in.At(2 * x + 1, 2 * y + 1)[c]}));
      }
    }
  }
  return out;
}

inline Map Sum(Map fine, const Map& coarse) {
  for (size_t i = 0; i < fine.pixels.size(); ++i) {
    const auto pixel = static_cast<int>(i / fine.depth());
    fine.pixels[i] += coarse.At(pixel % fine.width / 2, pixel / fine.width / 2)[i % fine.depth()];
  }
  return fine;
}

inline void AddPlaces(const Map& head, int stride, std::vector<faces::yunet::Place>& places) {
  const auto sigmoid = [](float logit) { return 1 / (1 + std::exp(-logit)); };
  for (int y = 0; y < head.height; ++y) {
    for (int x = 0; x < head.width; ++x) {
      const float* at = head.At(x, y);
      faces::yunet::Place place{stride, x, y, sigmoid(at[0]), sigmoid(at[1]), {}, {}};
      std::copy_n(at + 2, 4, place.box.begin());
      std::copy_n(at + 6, 10, place.points.begin());
      places.push_back(place);
    }
  }
}

inline std::vector<faces::yunet::Place> Places(const faces::yunet::Params& params, const cv::Mat& picture) {
  using namespace faces::yunet;
  const auto layer = [&](size_t index, const Map& in) { return Run(params.layers[index], in); };
  Map map = Halved(layer(0, FirstMap(params.first, picture)));
  for (const size_t i : {1U, 2U, 3U, 4U}) map = layer(i, map);
  const Map eighth = layer(6, layer(5, Halved(map)));
  const Map sixteenth = layer(8, layer(7, Halved(eighth)));
  const Map thirty_second = layer(11, layer(10, layer(9, Halved(sixteenth))));
  const Map lateral16 = layer(12, Sum(sixteenth, thirty_second));
  const Map lateral8 = layer(13, Sum(eighth, lateral16));
  std::vector<Place> places;
  AddPlaces(layer(17, layer(14, lateral8)), 8, places);
  AddPlaces(layer(18, layer(15, lateral16)), 16, places);
  AddPlaces(layer(19, layer(16, thirty_second)), 32, places);
  return places;
}

// To the bit.
inline bool AreEqual(const faces::yunet::Place& a, const faces::yunet::Place& b) {
  return a.stride == b.stride && a.column == b.column && a.row == b.row && a.class_score == b.class_score &&
         a.object_score == b.object_score && a.box == b.box && a.points == b.points;
}

}  // namespace naive
