// The whole cascade on pictures of up to 48 pixels a side, with any options: raw pixels through Detector. The weights
// are in the folder that FACES_WEIGHTS names.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "detector.h"
#include "input.h"

namespace {

using fuzz::Input;
using fuzz::Require;

faces::ModelFiles Weights() {
  const char* folder = std::getenv("FACES_WEIGHTS");
  Require(folder != nullptr, "FACES_WEIGHTS names the folder of the weights");
  faces::ModelFiles files;
  for (const char* name : {"det1.onnx", "det2.onnx", "det3.onnx"}) {
    std::ifstream file(std::string(folder) + "/" + name, std::ios::binary);
    Require(file.good(), "the weights can be read");
    files[name] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

faces::Options TakeOptions(Input& input) {
  faces::Options options;
  options.min_face_size = input.Between(12, 40);
  options.pnet_threshold = static_cast<float>(input.Share());
  options.rnet_threshold = static_cast<float>(input.Share());
  options.onet_threshold = static_cast<float>(input.Share());
  options.scale_factor = 0.3 + 0.65 * input.Share();
  options.max_faces = input.Between(0, 5);
  options.max_side = input.Flip() ? input.Between(12, 60) : 0;
  options.sort = input.Flip() ? faces::SortBy::kArea : faces::SortBy::kConfidence;
  options.clip = input.Flip();
  return options;
}

void CheckFace(const faces::Face& face, const faces::Detection& detection, const faces::Options& options) {
  const faces::Box& box = face.box;
  Require(std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2),
          "boxes are numbers");
  Require(face.confidence > options.onet_threshold && face.confidence <= 1, "confidences are over their threshold");
  Require(face.landmarks.has_value(), "faces of the cascade have landmarks");
  for (const faces::Point& point : *face.landmarks) {
    Require(std::isfinite(point.x) && std::isfinite(point.y), "landmarks are numbers");
  }
  if (!options.clip) return;
  Require(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= detection.width && box.y2 <= detection.height,
          "clipped boxes lie inside");
  Require(box.x2 > box.x1 && box.y2 > box.y1, "clipped boxes have an area");
}

bool AreEqual(const faces::Face& a, const faces::Face& b) {
  return a.box.x1 == b.box.x1 && a.box.y1 == b.box.y1 && a.box.x2 == b.box.x2 && a.box.y2 == b.box.y2 &&
         a.confidence == b.confidence && (*a.landmarks)[4].y == (*b.landmarks)[4].y;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static faces::Detector alone("mtcnn", Weights(), faces::EngineChoice::kFused, 1);
  static faces::Detector shared("mtcnn", Weights(), faces::EngineChoice::kFused, 2);
  Input input(data, size);
  const faces::Options options = TakeOptions(input);
  faces::RawImage raw;
  raw.width = input.Between(1, 48);
  raw.height = input.Between(1, 48);
  raw.channels = std::vector<int>{1, 3, 4}[static_cast<size_t>(input.Between(0, 2))];
  raw.is_rgb = input.Flip();
  const std::vector<uint8_t> pixels = input.Pattern(static_cast<size_t>(raw.width * raw.height * raw.channels));
  raw.pixels = {pixels.data(), pixels.size()};

  const faces::CancelFlag never;
  const faces::Detection found = alone.Detect(raw, options, never);
  Require(found.width == raw.width && found.height == raw.height, "the size is that of the pixels");
  Require(options.max_faces == 0 || found.faces.size() <= static_cast<size_t>(options.max_faces), "maxFaces holds");
  for (const faces::Face& face : found.faces) CheckFace(face, found, options);
  const faces::Detection again = shared.Detect(raw, options, never);
  Require(std::equal(found.faces.begin(), found.faces.end(), again.faces.begin(), again.faces.end(), AreEqual),
          "two threads find what one finds, bit for bit");
  return 0;
}
