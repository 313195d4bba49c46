#include <opencv2/imgproc.hpp>

#include "../peak_memory.h"
#include "detector.h"
#include "golden.h"

using namespace faces;
using fixtures::CodeOf;
using fixtures::ZooModel;
using fixtures::ZooModels;

TEST_CASE("bytes that are no network are refused when they are loaded") {
  for (const ZooModel& model : ZooModels()) {
    CAPTURE(model.name);
    CHECK(CodeOf([&] { MakeModel(model.name, {}); }) == "MODEL_INVALID");
    ModelFiles files;
    for (const std::string& name : model.files) files[name] = "this is no network";
    CHECK(CodeOf([&] { MakeModel(model.name, files); }) == "MODEL_INVALID");
  }
}

TEST_SUITE("photographs") {
  TEST_CASE("weights cut short, and those of every other network, are refused when they are loaded") {
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      ModelFiles files = fixtures::ZooFiles(model);
      files.begin()->second.resize(files.begin()->second.size() / 2);
      CHECK(CodeOf([&] { MakeModel(model.name, files); }) == "MODEL_INVALID");
      for (const ZooModel& other : ZooModels()) {
        // slim and RFB of one size differ in nothing that can be seen.
        const bool is_alike = model.name.substr(0, 4) == "ultr" && other.name.substr(0, 4) == "ultr" &&
                              model.name.substr(model.name.size() - 3) == other.name.substr(other.name.size() - 3);
        const std::string expected = is_alike || other.name == model.name ? "nothing was thrown" : "MODEL_INVALID";
        CAPTURE(other.name);
        CHECK(CodeOf([&] { MakeModel(model.name, fixtures::ZooFiles(other)); }) == expected);
      }
    }
  }

  TEST_CASE("pictures of any shape are searched, and plain ones have no faces") {
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      const std::unique_ptr<Model> loaded = MakeModel(model.name, fixtures::ZooFiles(model));
      for (const auto& [width, height] : {std::pair{1, 1}, {12, 13}, {3000, 1}, {1, 70'000}, {333, 47}, {640, 640}}) {
        std::vector<Stage> stages;
        const cv::Mat plain(height, width, CV_8UC3, cv::Scalar::all(90));
        CHECK(loaded->Find(plain, fixtures::ZooOptions(model), {}, stages).empty());
        CHECK(stages.size() == 1);
      }
    }
  }

  // Padded to 32 pixels yunet gave a strip boxes of 1e8 pixels, other ones each time, from memory that OpenCV had not
  // written.
  TEST_CASE("a picture has the same answer whatever was searched before") {
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      const std::unique_ptr<Model> loaded = MakeModel(model.name, fixtures::ZooFiles(model));
      Options options;
      options.onet_threshold = 0.001F;
      options.min_face_size = 1;
      const auto search = [&](int width, int height) {
        std::vector<Stage> stages;
        return loaded->Find(fixtures::Noise(width, height), options, {}, stages);
      };
      for (const auto& [width, height] : {std::pair{3000, 20}, {20, 3000}, {20, 20}, {300, 400}}) {
        const std::vector<Face> first = search(width, height);
        search(640, 640);
        const std::vector<Face> second = search(width, height);
        CHECK(!first.empty());
        CHECK(std::equal(first.begin(), first.end(), second.begin(), second.end(), [](const Face& a, const Face& b) {
          return a.confidence == b.confidence && a.box.x1 == b.box.x1 && a.box.y2 == b.box.y2;
        }));
      }
    }
  }

  TEST_CASE("a threshold of 0 is answered as well, every box of it") {
    Options everything;
    everything.onet_threshold = 0;
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      std::vector<Stage> stages;
      const auto found =
          MakeModel(model.name, fixtures::ZooFiles(model))->Find(fixtures::Noise(700, 500), everything, {}, stages);
      CHECK(found.size() > 1);
    }
  }

  TEST_CASE("a cancelled search ends before the network runs, and the model can be used again") {
    CancelFlag cancelled;
    cancelled.Cancel();
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      const std::unique_ptr<Model> loaded = MakeModel(model.name, fixtures::ZooFiles(model));
      const cv::Mat image = fixtures::Noise(100, 100);
      std::vector<Stage> stages;
      CHECK(CodeOf([&] { loaded->Find(image, {}, cancelled, stages); }) == "ABORTED");
      CHECK(stages.empty());
      CHECK(CodeOf([&] { loaded->Find(image, {}, {}, stages); }) == "nothing was thrown");
    }
  }

  // OpenCV takes 50 bytes for a pixel of YuNet's input, 2.5 GB for this picture.
  TEST_CASE("a picture of 50 megapixels takes no more memory than one of two") {
    const cv::Mat large = fixtures::Noise(8700, 5800);
    for (const ZooModel& model : ZooModels()) {
      CAPTURE(model.name);
      const std::unique_ptr<Model> loaded = MakeModel(model.name, fixtures::ZooFiles(model));
      std::vector<Stage> stages;
      const double before = fixtures::PeakMegabytes();
      loaded->Find(large, fixtures::ZooOptions(model), {}, stages);
      CHECK(fixtures::PeakMegabytes() - before < 600);
    }
  }

  // At its own size only parts of it were found: the network knows faces of up to some 300 pixels.
  TEST_CASE("yunet finds a face of a thousand pixels as one") {
    const ZooModel& model = ZooModels().front();
    Detector detector(model.name, fixtures::ZooFiles(model));
    const std::string bytes = fixtures::ReadFile(fixtures::Folder("FACES_SHARED") + "/images/portrait-1638x2048.jpg");
    const auto faces = detector.Detect(fixtures::AsBytes(bytes), fixtures::ZooOptions(model), {}).faces;
    REQUIRE(faces.size() == 1);
    CHECK(faces[0].box.x2 - faces[0].box.x1 > 900);
  }

  TEST_CASE("the smallest face asked for bounds what is found, and what yunet takes") {
    const ZooModel& model = ZooModels().front();
    Detector detector(model.name, fixtures::ZooFiles(model));
    const std::string bytes = fixtures::ReadFile(fixtures::Folder("FACES_SHARED") + "/images/crowd-1600x898.jpg");
    Options options = fixtures::ZooOptions(model);
    const auto all = detector.Detect(fixtures::AsBytes(bytes), options, {}).faces;
    options.min_face_size = 40;
    const auto large = detector.Detect(fixtures::AsBytes(bytes), options, {}).faces;
    const auto longer = [](const Face& face) { return std::max(face.box.x2 - face.box.x1, face.box.y2 - face.box.y1); };
    CHECK(!large.empty());
    CHECK(large.size() < all.size() / 2);
    CHECK(std::all_of(large.begin(), large.end(), [&](const Face& face) { return longer(face) >= 40 * 2.0 / 3; }));
    CHECK(std::all_of(all.begin(), all.end(), [&](const Face& face) { return longer(face) >= 20 * 2.0 / 3; }));
  }
}
