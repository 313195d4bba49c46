#include "models/mtcnn/level_candidates.h"

#include <algorithm>
#include <thread>

#include "../../fixtures.h"

using namespace faces;
using namespace faces::mtcnn;

namespace {

constexpr int kRows = 20;
constexpr int kColumns = 30;

// Windows row by row, with few different scores, as saturated ones are.
std::vector<Candidate> Windows() {
  fixtures::Random random(3);
  std::vector<Candidate> windows;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      const double x = 2.0 * column, y = 2.0 * row;
      windows.push_back({{x, y, x + 12, y + 12}, random.Next(5) / 4.0});
    }
  }
  return windows;
}

// Every tenth, beginning with the n-th.
std::vector<Candidate> Tile(const std::vector<Candidate>& windows, size_t n) {
  std::vector<Candidate> tile;
  for (size_t i = n; i < windows.size(); i += 10) tile.push_back(windows[i]);
  return tile;
}

bool AreEqual(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Candidate& p, const Candidate& q) {
    return p.box.x1 == q.box.x1 && p.box.y1 == q.box.y1 && p.score == q.score;
  });
}

}  // namespace

TEST_CASE("tiles in any order give the level row by row") {
  const std::vector<Candidate> windows = Windows();
  LevelCandidates level;
  for (const size_t n : {7U, 0U, 3U, 9U, 1U, 8U, 2U, 6U, 5U, 4U}) level.Add(Tile(windows, n));
  CHECK(AreEqual(level.Take(), windows));
  CHECK(level.Take().empty());
}

TEST_CASE("of too many the best are left, of equal scores the first, whatever the order of the tiles") {
  constexpr size_t kMost = 200;
  const std::vector<Candidate> windows = Windows();
  std::vector<Candidate> best = windows;
  std::stable_sort(best.begin(), best.end(), [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  best.resize(kMost);
  std::stable_sort(best.begin(), best.end(), [](const Candidate& a, const Candidate& b) {
    return a.box.y1 != b.box.y1 ? a.box.y1 < b.box.y1 : a.box.x1 < b.box.x1;
  });
  LevelCandidates upwards(kMost), downwards(kMost);
  for (size_t n = 0; n < 10; ++n) {
    upwards.Add(Tile(windows, n));
    downwards.Add(Tile(windows, 9 - n));
  }
  CHECK(AreEqual(upwards.Take(), best));
  CHECK(AreEqual(downwards.Take(), best));
}

// The best were picked out at the end of each row of tiles only: on a picture 65535 pixels wide, with a threshold of 0,
// a row's candidates took 298 MB.
TEST_CASE("never more than twice as many as may be left are held") {
  constexpr size_t kMost = 100;
  const std::vector<Candidate> tile = Tile(Windows(), 0);
  LevelCandidates level(kMost);
  for (int i = 0; i < 50; ++i) {
    level.Add(tile);
    CHECK(level.size() <= 2 * kMost);
  }
  CHECK(level.Take().size() == kMost);
}

TEST_CASE("threads may add at once") {
  const std::vector<Candidate> windows = Windows();
  LevelCandidates level;
  std::vector<std::thread> threads;
  for (size_t n = 0; n < 10; ++n) threads.emplace_back([&, n] { level.Add(Tile(windows, n)); });
  for (std::thread& thread : threads) thread.join();
  CHECK(AreEqual(level.Take(), windows));
}
