#include "models/yunet/fused_net.h"

#include <algorithm>
#include <cmath>

#include "../../counted_memory.h"
#include "../../fixtures.h"
#include "../../targets.h"
#include "naive_net.h"

using namespace faces;
using namespace faces::yunet;

namespace {

std::vector<Place> Look(Engine& engine, const cv::Mat& picture, float threshold, size_t threads = 1) {
  ThreadPool pool(threads);
  std::vector<Place> found;
  Level level(picture);
  engine.Look(level, threshold, pool, {}, found);
  return found;
}

using naive::AreEqual;

bool AreEqual(const std::vector<Place>& a, const std::vector<Place>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Place& x, const Place& y) { return AreEqual(x, y); });
}

// The largest difference of any number, by the larger of it and 1.
double Difference(const std::vector<Place>& a, const std::vector<Place>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  const auto compare = [&](float x, float y) {
    const double difference = std::abs(static_cast<double>(x) - static_cast<double>(y));
    worst = std::max(worst, difference / std::max(1.0, std::abs(static_cast<double>(y))));
  };
  for (size_t i = 0; i < a.size(); ++i) {
    REQUIRE(a[i].stride == b[i].stride);
    REQUIRE(a[i].column == b[i].column);
    REQUIRE(a[i].row == b[i].row);
    compare(a[i].class_score, b[i].class_score);
    compare(a[i].object_score, b[i].object_score);
    for (size_t k = 0; k < a[i].box.size(); ++k) compare(a[i].box[k], b[i].box[k]);
    for (size_t k = 0; k < a[i].points.size(); ++k) compare(a[i].points[k], b[i].points[k]);
  }
  return worst;
}

}  // namespace

TEST_CASE("the fused network equals the definition of its layers, at odd sizes and on any number of threads") {
  const Params params = naive::SomeParams();
  fixtures::ForEachTarget([&] {
    FusedNet net(params);
    for (const cv::Size& size : {cv::Size(1, 1), {64, 64}, {65, 64}, {95, 97}, {200, 33}, {31, 170}}) {
      CAPTURE(size.width);
      CAPTURE(size.height);
      const cv::Mat picture = fixtures::Noise(size.width, size.height);
      const std::vector<Place> expected = naive::Places(params, picture);
      const std::vector<Place> found = Look(net, picture, -1);
      CHECK(Difference(found, expected) < 1e-4);
      CHECK(AreEqual(Look(net, picture, -1, 3), found));
    }
  });
}

TEST_CASE("a picture that is part of a larger one is searched as itself") {
  FusedNet net(naive::SomeParams());
  const cv::Mat larger = fixtures::Noise(150, 120);
  const cv::Mat part = larger(cv::Rect(13, 17, 90, 70));
  CHECK(AreEqual(Look(net, part, -1), Look(net, part.clone(), -1)));
}

TEST_CASE("wide pictures: parts of many columns, to the bit as from any number of threads") {
  const Params params = naive::SomeParams();
  FusedNet net(params);
  for (const auto& [width, height] : {std::pair{2100, 70}, {1030, 300}, {70, 1000}}) {
    const cv::Mat picture = fixtures::Noise(width, height);
    const std::vector<Place> found = Look(net, picture, -1);
    CHECK(AreEqual(Look(net, picture, -1, 2), found));
    CHECK(AreEqual(Look(net, picture, -1, 5), found));
  }
}

TEST_CASE("a threshold leaves out no place over it, and most of those far below") {
  FusedNet net(naive::SomeParams());
  const cv::Mat picture = fixtures::Noise(300, 200);
  const std::vector<Place> all = Look(net, picture, -1);
  const auto score = [](const Place& place) { return std::sqrt(place.class_score * place.object_score); };
  std::vector<float> thresholds{0, 0.01F, 0.3F, 0.6F, 0.9F, 0.9999999F, 1};
  for (size_t i = 0; i < all.size(); i += 31) thresholds.push_back(score(all[i]));
  for (const float threshold : thresholds) {
    CAPTURE(threshold);
    const std::vector<Place> found = Look(net, picture, threshold);
    auto next = found.begin();
    for (const Place& place : all) {
      if (next != found.end() && AreEqual(place, *next)) {
        ++next;
      } else {
        CHECK_FALSE(score(place) > threshold);
      }
    }
    CHECK(next == found.end());
    CHECK(std::all_of(found.begin(), found.end(), [&](const Place& place) {
      return std::min(place.class_score, place.object_score) > threshold * threshold - 2e-3F;
    }));
  }
}

TEST_CASE("a search that is cancelled between two rows ends, and the next is whole") {
  FusedNet net(naive::SomeParams());
  ThreadPool pool(2);
  const cv::Mat picture = fixtures::Noise(300, 200);
  const std::vector<Place> whole = Look(net, picture, -1);
  CancelFlag cancelled;
  cancelled.Cancel();
  std::vector<Place> found;
  Level level(picture);
  CHECK(fixtures::CodeOf([&] { net.Look(level, -1, pool, cancelled, found); }) == "ABORTED");
  CHECK(found.empty());
  CHECK(AreEqual(Look(net, picture, -1), whole));
}

TEST_SUITE("counted memory" * doctest::skip(!memory::kIsCounted)) {
  TEST_CASE("the fused network allocates nothing once it has met its largest picture") {
    FusedNet net(naive::SomeParams());
    ThreadPool pool(2);
    const cv::Mat picture = fixtures::Noise(1100, 200);
    std::vector<Place> found;
    found.reserve(10'000);
    const auto look = [&](const cv::Mat& seen) {
      Level level(seen);
      found.clear();
      net.Look(level, -1, pool, {}, found);
    };
    look(picture);
    const size_t before = memory::Allocations();
    for (const auto& [width, height] : {std::pair{1100, 200}, {1, 1}, {500, 33}, {64, 200}}) {
      look(picture(cv::Rect(0, 0, width, height)));
    }
    CHECK(memory::Allocations() == before);
    CHECK(before > 100);  // it does count
  }

  TEST_CASE("memory does not grow with a picture's height, and stays under 40 MB at the widest") {
    const Params params = naive::SomeParams();
    const auto used = [&](int width, int height, size_t threads, int enlarged = 1) {
      const cv::Mat picture(height * enlarged, width * enlarged, CV_8UC3, cv::Scalar::all(90));
      const size_t before = memory::Live();
      memory::RestartPeak();
      ThreadPool pool(threads);
      FusedNet net(params);
      std::vector<Place> found;
      Level level(picture, {width, height});
      net.Look(level, 1, pool, {}, found);
      return memory::Peak() - before;
    };
    const size_t low = used(1024, 300, 1);
    CHECK(used(1024, 900, 1) < low + (64U << 10));      // for places found
    CHECK(used(1024, 900, 1, 2) < low + (512U << 10));  // and for the rows that are shrunk
    CHECK(low > 1U << 20);                              // it does count
    for (const size_t threads : {1U, 4U}) {
      for (const int enlarged : {1, 2}) {
        const size_t widest = used(8192, 100, threads, enlarged);
        CAPTURE(widest);
        CHECK(widest < 40U << 20);
      }
    }
  }
}
