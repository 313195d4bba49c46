#include "mtcnn/pnet.h"

#include <opencv2/imgcodecs.hpp>

#include "fixtures.h"

using namespace faces;
using namespace faces::mtcnn;

namespace {

const CancelFlag never;

PNet MakePNet(bool is_fused = false) {
  const ModelFiles files = fixtures::MtcnnFiles();
  const NetFiles net{files.at("det1.prototxt"), files.at("det1.caffemodel")};
  return PNet(is_fused ? MakeFusedProposals(net) : MakeOpenCvProposals(net));
}

cv::Mat DrawnImage() {
  const std::string png = fixtures::DrawnFaces();
  return cv::imdecode(cv::Mat(1, static_cast<int>(png.size()), CV_8U, const_cast<char*>(png.data())), cv::IMREAD_COLOR);
}

void CheckTiles(PNet& pnet) {
  const cv::Mat image = DrawnImage();
  // Even and odd sizes, down to a single row of windows.
  for (const Level& level :
       {Level{0.6, 480, 300}, Level{0.6, 481, 301}, Level{0.3, 241, 151}, Level{0.05, 40, 25}, Level{0.03, 24, 13}}) {
    const auto whole = pnet.Propose(image, level, 0.1F, never, 100'000);
    for (const int tile_side : {0, 12, 13, 50, 117, 256}) {
      if (tile_side < 50 && level.width > 100) continue;  // thousands of tiles tell no more than dozens
      const auto tiled = pnet.Propose(image, level, 0.1F, never, tile_side);
      CAPTURE(tile_side);
      CAPTURE(level.width);
      REQUIRE(tiled.size() == whole.size());
      for (size_t i = 0; i < whole.size(); ++i) {
        CHECK(tiled[i].box.x1 == whole[i].box.x1);
        CHECK(tiled[i].box.y2 == whole[i].box.y2);
        // OpenCV 4.10 multiplies by Winograd's scheme, whose rounding depends on where a window lies in its tile.
        CHECK(std::abs(tiled[i].score - whole[i].score) < 1e-4);
        for (size_t k = 0; k < 4; ++k) CHECK(std::abs(tiled[i].regression[k] - whole[i].regression[k]) < 1e-4F);
      }
    }
  }
}

}  // namespace

TEST_SUITE("weights") {
  TEST_CASE("tiles give what the whole level gives, row by row") {
    for (const bool is_fused : {false, true}) {
      CAPTURE(is_fused);
      PNet pnet = MakePNet(is_fused);
      CheckTiles(pnet);
    }
  }

  TEST_CASE("a threshold of 0 gives every window, with its box") {
    PNet pnet = MakePNet();
    const auto all = pnet.Propose(fixtures::Noise(100, 60), {0.5, 50, 30}, 0, never, 20);
    REQUIRE(all.size() == 20 * 10);  // 24 - 4 columns, 14 - 4 rows
    CHECK(all[0].box.x1 == 2);       // (2 * 0 + 1) / 0.5
    CHECK(all[0].box.x2 == 26);      // (2 * 0 + 13) / 0.5
    CHECK(all[1].box.x1 == 6);
    CHECK(all[1].box.y1 == 2);
    CHECK(all[20].box.x1 == 2);
    CHECK(all[20].box.y1 == 6);
  }

  TEST_CASE("a level smaller than the window gives nothing") {
    PNet pnet = MakePNet();
    CHECK(pnet.Propose(fixtures::Noise(40, 40), {0.2, 8, 8}, 0, never).empty());
    CHECK(pnet.Propose(fixtures::Noise(40, 400), {0.2, 8, 80}, 0, never).empty());
  }

  TEST_CASE("no more candidates than the cap, and the best of them") {
    PNet pnet = MakePNet();
    const cv::Mat noise = fixtures::Noise(1700, 1500);
    const Level level{1, 1700, 1500};
    const auto best = pnet.Propose(noise, level, 0, never);
    REQUIRE(best.size() == kMaxCandidatesPerLevel);
    double weakest = 1;
    for (const Candidate& candidate : best) weakest = std::min(weakest, candidate.score);
    const auto stronger = pnet.Propose(noise, level, static_cast<float>(weakest), never);
    CHECK(stronger.size() < best.size());
    CHECK(
        static_cast<std::ptrdiff_t>(stronger.size()) ==
        std::count_if(best.begin(), best.end(), [&](const Candidate& candidate) { return candidate.score > weakest; }));
  }

  TEST_CASE("a set flag ends the run before the next tile") {
    PNet pnet = MakePNet();
    CancelFlag cancel;
    cancel.Cancel();
    CHECK(fixtures::CodeOf([&] { pnet.Propose(fixtures::Noise(100, 100), {0.6, 60, 60}, 0.6F, cancel); }) == "ABORTED");
  }
}
