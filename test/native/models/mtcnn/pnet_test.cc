#include "models/mtcnn/pnet.h"

#include <atomic>
#include <functional>
#include <opencv2/imgcodecs.hpp>

#include "../../fixtures.h"
#include "models/mtcnn/level_candidates.h"

using namespace faces;
using namespace faces::mtcnn;

namespace {

const CancelFlag never;

PNet MakePNet(bool is_fused = false, size_t threads = 1) {
  const std::string net = fixtures::MtcnnFiles().at("det1.onnx");
  std::vector<std::unique_ptr<ProposalEngine>> engines;
  while (engines.size() < threads) engines.push_back(is_fused ? MakeFusedProposals(net) : MakeOpenCvProposals(net));
  return PNet(std::move(engines));
}

// One level, on the calling thread.
std::vector<Candidate> Propose(PNet& pnet, const cv::Mat& image, const Level& level, float threshold,
                               const CancelFlag& cancel = never, int tile_side = kTileSide) {
  ThreadPool alone(1);
  return pnet.Propose(image, {level}, threshold, alone, cancel, tile_side).at(0);
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
    const auto whole = Propose(pnet, image, level, 0.1F, never, 100'000);
    for (const int tile_side : {0, 12, 13, 50, 117, 256}) {
      if (tile_side < 50 && level.width > 100) continue;  // thousands of tiles tell no more than dozens
      const auto tiled = Propose(pnet, image, level, 0.1F, never, tile_side);
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

// Finds one window a tile, can stop the run or fail at its n-th tile, and notices use by two threads at once.
class FakeEngine : public ProposalEngine {
 public:
  struct Shared {
    std::atomic<int> tiles{0};
    std::atomic<bool> is_shared{false};
    std::function<void(int)> at_tile = [](int) {};
  };

  explicit FakeEngine(Shared& shared) : shared_(shared) {}

  void Propose(const uint8_t*, int, int, float, std::vector<Proposal>& found) override {
    if (is_busy_.exchange(true)) shared_.is_shared = true;
    shared_.at_tile(++shared_.tiles);
    found.push_back({0, 0, 0.9F, {}});
    is_busy_ = false;
  }

 private:
  Shared& shared_;
  std::atomic<bool> is_busy_{false};
};

PNet MakeFake(FakeEngine::Shared& shared, size_t threads) {
  std::vector<std::unique_ptr<ProposalEngine>> engines;
  while (engines.size() < threads) engines.push_back(std::make_unique<FakeEngine>(shared));
  return PNet(std::move(engines));
}

const std::vector<Level> kLevels{{1, 300, 200}, {0.5, 150, 100}};  // 96 and 24 tiles of 30 pixels

}  // namespace

TEST_CASE("each thread has an engine of its own, and tiles that end in any order change nothing") {
  const cv::Mat image = fixtures::Noise(300, 200);
  for (const size_t threads : {1U, 2U, 3U, 5U}) {
    FakeEngine::Shared shared;
    PNet pnet = MakeFake(shared, threads);
    ThreadPool pool(threads);
    const auto found = pnet.Propose(image, kLevels, 0.5F, pool, never, 30);
    CHECK_FALSE(shared.is_shared);
    REQUIRE(found.size() == 2);
    CHECK(found[0].size() + found[1].size() == static_cast<size_t>(shared.tiles));
    for (const auto& level : found) {
      CHECK(level.size() > 20);
      CHECK(std::is_sorted(level.begin(), level.end(), [](const Candidate& a, const Candidate& b) {
        return a.box.y1 != b.box.y1 ? a.box.y1 < b.box.y1 : a.box.x1 < b.box.x1;
      }));
    }
  }
}

TEST_CASE("a flag set in the middle of a level stops every thread at its next tile") {
  const cv::Mat image = fixtures::Noise(300, 200);
  for (const size_t threads : {1U, 2U, 5U}) {
    CancelFlag cancel;
    FakeEngine::Shared shared;
    shared.at_tile = [&](int tile) {
      if (tile == 7) cancel.Cancel();
    };
    PNet pnet = MakeFake(shared, threads);
    ThreadPool pool(threads);
    CHECK(fixtures::CodeOf([&] { pnet.Propose(image, kLevels, 0.5F, pool, cancel, 30); }) == "ABORTED");
    CHECK(shared.tiles < 7 + static_cast<int>(threads));
  }
}

TEST_CASE("an engine's error comes out of any thread, and the next picture is searched") {
  const cv::Mat image = fixtures::Noise(300, 200);
  FakeEngine::Shared shared;
  shared.at_tile = [](int tile) {
    if (tile == 5) throw Error(ErrorCode::kModelInvalid, "no");
  };
  PNet pnet = MakeFake(shared, 3);
  ThreadPool pool(3);
  CHECK(fixtures::CodeOf([&] { pnet.Propose(image, kLevels, 0.5F, pool, never, 30); }) == "MODEL_INVALID");
  CHECK_FALSE(pnet.Propose(image, kLevels, 0.5F, pool, never, 30).at(0).empty());
}

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
    const auto all = Propose(pnet, fixtures::Noise(100, 60), {0.5, 50, 30}, 0, never, 20);
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
    CHECK(Propose(pnet, fixtures::Noise(40, 40), {0.2, 8, 8}, 0).empty());
    CHECK(Propose(pnet, fixtures::Noise(40, 400), {0.2, 8, 80}, 0).empty());
  }

  TEST_CASE("no more candidates than the cap, and the best of them") {
    PNet pnet = MakePNet();
    const cv::Mat noise = fixtures::Noise(1700, 1500);
    const Level level{1, 1700, 1500};
    const auto best = Propose(pnet, noise, level, 0);
    REQUIRE(best.size() == kMaxCandidatesPerLevel);
    double weakest = 1;
    for (const Candidate& candidate : best) weakest = std::min(weakest, candidate.score);
    const auto stronger = Propose(pnet, noise, level, static_cast<float>(weakest));
    CHECK(stronger.size() < best.size());
    CHECK(
        static_cast<std::ptrdiff_t>(stronger.size()) ==
        std::count_if(best.begin(), best.end(), [&](const Candidate& candidate) { return candidate.score > weakest; }));
  }

  TEST_CASE("a set flag ends the run before the next tile") {
    PNet pnet = MakePNet();
    CancelFlag cancel;
    cancel.Cancel();
    CHECK(fixtures::CodeOf([&] {
            Propose(pnet, fixtures::Noise(100, 100), {0.6, 60, 60}, 0.6F, cancel);
          }) == "ABORTED");
  }
}
