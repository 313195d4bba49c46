#include "models/yunet/engine.h"

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "../../targets.h"
#include "../golden.h"
#include "detector.h"
#include "models/yunet/yunet.h"

using namespace faces;
using namespace faces::yunet;

namespace {

const fixtures::ZooModel& Zoo() { return fixtures::ZooModels().front(); }
ModelFiles Files() { return fixtures::ZooFiles(Zoo()); }

std::vector<Face> Find(Model& model, const cv::Mat& image, const Options& options) {
  std::vector<Stage> stages;
  return model.Find(image, options, {}, stages);
}

// The same faces in the same order: engines differ by some 1e-4 pixels and 1e-6 of confidence.
void CheckAlike(const std::vector<Face>& found, const std::vector<Face>& expected) {
  REQUIRE(found.size() == expected.size());
  double farthest = 0, least_alike = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const Face &a = found[i], &b = expected[i];
    least_alike = std::max(least_alike, std::abs(static_cast<double>(a.confidence - b.confidence)));
    for (const double distance : {a.box.x1 - b.box.x1, a.box.y1 - b.box.y1, a.box.x2 - b.box.x2, a.box.y2 - b.box.y2}) {
      farthest = std::max(farthest, std::abs(distance));
    }
    for (size_t k = 0; k < a.landmarks->size(); ++k) {
      const Point &p = (*a.landmarks)[k], &q = (*b.landmarks)[k];
      farthest = std::max({farthest, std::abs(p.x - q.x), std::abs(p.y - q.y)});
    }
  }
  CHECK(farthest < 0.01);
  CHECK(least_alike < 1e-4);
}

const std::vector<cv::Mat>& Photographs() {
  static const std::vector<cv::Mat> photographs = [] {
    std::vector<cv::Mat> read;
    for (const fixtures::GoldenPicture& golden : fixtures::GoldenPictures(Zoo().name)) {
      read.push_back(cv::imread(fixtures::Folder("FACES_SHARED") + "/images/" + golden.name));
      REQUIRE(!read.back().empty());
    }
    return read;
  }();
  return photographs;
}

// A part of a photograph, mirrored and enlarged or shrunk; one of eight is noise.
cv::Mat RandomPicture(fixtures::Random& random) {
  const auto side = [&](int most) { return 1 + static_cast<int>(random.Next(static_cast<uint32_t>(most))); };
  if (random.Next(8) == 0) return fixtures::Noise(side(200), side(200), random.Next(60'000));
  const cv::Mat& photograph = Photographs()[random.Next(static_cast<uint32_t>(Photographs().size()))];
  const cv::Size size(side(std::min(photograph.cols, 400)), side(std::min(photograph.rows, 400)));
  const cv::Rect part(
      cv::Point(side(photograph.cols - size.width + 1) - 1, side(photograph.rows - size.height + 1) - 1), size);
  cv::Mat picture;
  cv::resize(photograph(part), picture,
             {std::max(1, size.width * side(20) / 10), std::max(1, size.height * side(20) / 10)});
  if (random.Next(2) == 0) cv::flip(picture, picture, 1);
  return picture;
}

}  // namespace

TEST_SUITE("photographs") {
  TEST_CASE("the fused engine passes its self-check with every instruction set") {
    const auto opencv = MakeOpenCvEngine(Files());
    fixtures::ForEachTarget([&] { CHECK(Difference(*MakeFusedEngine(Files()), *opencv).empty()); });
  }

  TEST_CASE("every photograph: the same faces from both engines and every instruction set") {
    YuNet opencv(Files(), EngineChoice::kOpenCv);
    std::vector<std::vector<Face>> expected;
    for (const cv::Mat& photograph : Photographs()) {
      expected.push_back(Find(opencv, photograph, fixtures::ZooOptions(Zoo())));
    }
    fixtures::ForEachTarget([&] {
      YuNet fused(Files(), EngineChoice::kFused);
      for (size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CheckAlike(Find(fused, Photographs()[i], fixtures::ZooOptions(Zoo())), expected[i]);
      }
    });
  }

  TEST_CASE("random pictures: the same faces from both engines and every instruction set") {
    YuNet opencv(Files(), EngineChoice::kOpenCv);
    std::vector<cv::Mat> pictures;
    std::vector<std::vector<Face>> expected;
    std::vector<Options> options;
    fixtures::Random random(1);
    size_t faces = 0;
    while (pictures.size() < 300) {
      pictures.push_back(RandomPicture(random));
      options.push_back(fixtures::ZooOptions(Zoo()));
      options.back().min_face_size = 12 + random.Next(30);
      if (random.Next(4) == 0) options.back().onet_threshold = 0.3F;
      expected.push_back(Find(opencv, pictures.back(), options.back()));
      faces += expected.back().size();
    }
    CHECK(faces > 100);
    fixtures::ForEachTarget([&] {
      YuNet fused(Files(), EngineChoice::kFused);
      for (size_t i = 0; i < pictures.size(); ++i) {
        CAPTURE(i);
        CheckAlike(Find(fused, pictures[i], options[i]), expected[i]);
      }
    });
  }

  // OpenCV's network sees it in six tiles; the faces of the crowd lie on their borders, too.
  TEST_CASE("a picture of 4 megapixels: the same faces from both engines") {
    cv::Mat picture;
    cv::resize(Photographs()[2], picture, {2700, 1515}, 0, 0, cv::INTER_CUBIC);
    YuNet fused(Files(), EngineChoice::kFused);
    YuNet opencv(Files(), EngineChoice::kOpenCv);
    const std::vector<Face> expected = Find(opencv, picture, fixtures::ZooOptions(Zoo()));
    CHECK(expected.size() > 300);
    CheckAlike(Find(fused, picture, fixtures::ZooOptions(Zoo())), expected);
  }

  TEST_CASE("every photograph: the same answers, bit for bit, from any number of threads") {
    YuNet alone(Files(), EngineChoice::kFused, 1);
    YuNet two(Files(), EngineChoice::kFused, 2);
    YuNet five(Files(), EngineChoice::kFused, 5);
    for (const cv::Mat& photograph : Photographs()) {
      const std::vector<Face> expected = Find(alone, photograph, fixtures::ZooOptions(Zoo()));
      CHECK(fixtures::AreEqual(Find(two, photograph, fixtures::ZooOptions(Zoo())), expected));
      CHECK(fixtures::AreEqual(Find(five, photograph, fixtures::ZooOptions(Zoo())), expected));
    }
  }

  TEST_CASE("yunet by auto takes the fused kernels, the others what was asked for") {
    CHECK(YuNet(Files()).engine().name == "fused");
    CHECK(YuNet(Files(), EngineChoice::kFused).engine().name == "fused");
    CHECK(YuNet(Files(), EngineChoice::kOpenCv).engine().name == "opencv");
    CHECK(Detector(Zoo().name, Files()).engine().name == "fused");
    CHECK(!YuNet(Files()).engine().reason.empty());
  }

  TEST_CASE("weights of another network are refused by the fused engine as well") {
    for (const fixtures::ZooModel& other : fixtures::ZooModels()) {
      if (other.name == Zoo().name) continue;
      CAPTURE(other.name);
      CHECK(fixtures::CodeOf([&] { MakeFusedEngine(fixtures::ZooFiles(other)); }) == "MODEL_INVALID");
    }
  }

  // What only the self-check can tell: the layers have the right shapes, but another does something else.
  TEST_CASE("a network that differs where its weights do not show is run by OpenCV, with the reason told") {
    ModelFiles files = Files();
    std::string& onnx = files.begin()->second;
    const std::string relu = "\x22\x04Relu";  // a node's field op_type, four bytes long
    const size_t last = onnx.rfind(relu);
    REQUIRE(last != std::string::npos);
    onnx.replace(last, relu.size(), "\x22\x04Tanh");
    YuNet yunet(files);
    CHECK(yunet.engine().name == "opencv");
    CHECK(yunet.engine().reason.find("the fused kernels failed their trial: YuNet's ") == 0);
    CHECK(Find(yunet, Photographs().front(), fixtures::ZooOptions(Zoo())).size() < 1000);
  }

  TEST_CASE("a difference is told by what differs, a number that is none as well") {
    class Wrong : public Engine {
     public:
      Wrong(const ModelFiles& files, void (*spoil)(Place&)) : right_(MakeFusedEngine(files)), spoil_(spoil) {}
      void Look(Level& level, float threshold, ThreadPool& pool, const CancelFlag& cancel,
                std::vector<Place>& found) override {
        right_->Look(level, threshold, pool, cancel, found);
        spoil_(found.back());
      }

     private:
      std::unique_ptr<Engine> right_;
      void (*spoil_)(Place&);
    };
    const auto right = MakeFusedEngine(Files());
    const auto difference = [&](void (*spoil)(Place&)) {
      Wrong wrong(Files(), spoil);
      return Difference(wrong, *right);
    };
    CHECK(difference([](Place&) {}).empty());
    CHECK(difference([](Place& place) { ++place.column; }) == "YuNet's places differ");
    CHECK(difference([](Place& place) { place.object_score = std::nanf(""); }) == "YuNet's scores differ");
    CHECK(difference([](Place& place) { place.box[3] += 2e-4F; }) == "YuNet's boxes differ");
    CHECK(difference([](Place& place) { place.points[9] -= 2e-4F; }) == "YuNet's points differ");
  }
}
