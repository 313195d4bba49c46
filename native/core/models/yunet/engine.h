#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "level.h"
#include "models/model.h"
#include "thread_pool.h"

namespace faces::yunet {

/// Pixels between the places of each of the network's three output maps.
constexpr std::array<int, 3> kStrides{8, 16, 32};

/// What the network says of one place of an output map.
struct Place {
  int stride;
  int column;
  int row;
  float class_score;
  float object_score;
  std::array<float, 4> box;      ///< centre less the place, in strides, then the sides' logarithms
  std::array<float, 10> points;  ///< less the place, in strides: x and y of five
};

/// Side of what the network sees, whose sides must be multiples of the last stride; a picture is filled up with black.
/// Of a map with a single row or column OpenCV (4.6 to 4.14) gives what happened to be in memory.
inline int PaddedSide(int side) {
  const int unit = kStrides.back();
  return std::max((side + unit - 1) / unit, 2) * unit;
}

/// Runs the network. Not for use by two threads at once.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Appends every place whose score may exceed `threshold`, stride by stride, row by row. The answers do not depend on
  /// how many threads `pool` has. Throws Error.
  virtual void Look(Level& level, float threshold, ThreadPool& pool, const CancelFlag& cancel,
                    std::vector<Place>& found) = 0;
};

/// By OpenCV's dnn module: a run cannot be cancelled, and takes 50 to 70 bytes of memory for a pixel (OpenCV 4.6 and
/// 4.14). So a level of more than 2 megapixels is seen in tiles, by Tiles. `files` holds the .onnx. Throws
/// Error{kModelInvalid}.
std::unique_ptr<Engine> MakeOpenCvEngine(const ModelFiles& files);

/// By the kernels of kernels/, whose weights OpenCV's importer reads. Throws Error{kModelInvalid}, also for weights
/// that OpenCV can run and these kernels cannot.
std::unique_ptr<Engine> MakeFusedEngine(const ModelFiles& files);

/// Runs both on the same pseudo-random pictures, odd sizes included. Says where scores, boxes or points differ by 1e-4
/// or more, or are no numbers; empty where nothing does.
std::string Difference(Engine& a, Engine& b);

}  // namespace faces::yunet
