#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "../fixtures.h"
#include "models/model.h"

// What the tests of the models share. Weights and photographs lie in the shared folder.
namespace fixtures {

struct ZooModel {
  std::string name;
  std::vector<std::string> files;  ///< each in its folder, such as "yunet/yunet_n_640_640.onnx"
  float threshold;                 ///< the library's default
  bool has_landmarks;
};

inline const std::vector<ZooModel>& ZooModels() {
  static const std::vector<ZooModel> models{
      {"yunet", {"yunet/yunet_n_640_640.onnx"}, 0.7F, true},
      {"ultralight-rfb-320", {"ultralight/version-RFB-320.onnx"}, 0.7F, false},
      {"ultralight-rfb-640", {"ultralight/version-RFB-640.onnx"}, 0.7F, false},
      {"ultralight-slim-320", {"ultralight/version-slim-320.onnx"}, 0.7F, false},
      {"ssd", {"ssd/opencv_face_detector_uint8.pb", "ssd/opencv_face_detector.pbtxt"}, 0.5F, false},
      {"retinaface", {"retinaface/retinaface_mnet025_640.onnx"}, 0.6F, true}};
  return models;
}

inline faces::ModelFiles ZooFiles(const ZooModel& model) {
  faces::ModelFiles files;
  for (const std::string& name : model.files) files[name] = ReadFile(Folder("FACES_SHARED") + "/models/" + name);
  return files;
}

struct GoldenPicture {
  std::string name;
  std::vector<faces::Face> faces;
};

/// The answers of golden.txt for a model, by picture.
inline std::vector<GoldenPicture> GoldenPictures(const std::string& model) {
  std::istringstream lines(ReadFile(std::string(FACES_TEST_SOURCES) + "/models/golden.txt"));
  std::vector<GoldenPicture> pictures;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    if (line[0] == '#') continue;
    std::string of, name;
    size_t count = 0;
    words >> of >> name >> count;
    if (of == model) pictures.push_back({name, {}});
    for (; count > 0; --count) {
      std::getline(lines, line);
      if (of != model) continue;
      std::istringstream numbers(line);
      faces::Face face;
      numbers >> face.box.x1 >> face.box.y1 >> face.box.x2 >> face.box.y2 >> face.confidence;
      faces::Landmarks points;
      for (faces::Point& point : points) numbers >> point.x >> point.y;
      if (numbers) face.landmarks = points;
      pictures.back().faces.push_back(face);
    }
  }
  REQUIRE(pictures.size() > 5);
  return pictures;
}

inline faces::Options ZooOptions(const ZooModel& model) {
  faces::Options options;
  options.onet_threshold = model.threshold;
  options.clip = false;
  return options;
}

}  // namespace fixtures
