#include "detection/argsort.h"

#include <algorithm>
#include <cmath>

#include "../fixtures.h"

using faces::ArgSort;

namespace {

// FNV-1a over the indices, so that long orders can stand here as one number.
uint32_t Hash(const std::vector<size_t>& order) {
  uint32_t hash = 2166136261U;
  for (const size_t index : order) hash = (hash ^ static_cast<uint32_t>(index)) * 16777619U;
  return hash;
}

std::vector<double> ManyTies(int count, uint32_t distinct, uint32_t seed) {
  fixtures::Random random(seed);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(random.Next(distinct));
  return values;
}

// Musser's sequence against the median of three, which drives introsort into its heap sort; divided so that there are
// ties.
std::vector<double> MedianOfThreeKiller(int count, double divisor) {
  const int half = count / 2;
  std::vector<double> values;
  for (int i = 1; i <= half; ++i) values.push_back(std::floor((i % 2 == 1 ? i : half + i - 1) / divisor));
  for (int i = 1; i <= half; ++i) values.push_back(std::floor(2 * i / divisor));
  return values;
}

}  // namespace

TEST_CASE("equal values come in the order that numpy 1.24 gives them") {
  // Made by numpy.argsort on the same sequences.
  struct Case {
    int count;
    uint32_t distinct, seed, hash;
  };
  for (const Case& c : {Case{17, 3, 1, 1583795297U}, Case{18, 3, 1, 198431824U}, Case{40, 5, 2, 1092033675U},
                        Case{100, 4, 3, 913411367U}, Case{1000, 7, 4, 2892499423U}, Case{1000, 2, 5, 246807801U},
                        Case{5656, 50, 6, 4197838313U}, Case{20000, 3, 7, 3119458129U}}) {
    CAPTURE(c.count);
    CHECK(Hash(ArgSort(ManyTies(c.count, c.distinct, c.seed))) == c.hash);
  }
}

TEST_CASE("the heap sort of badly split parts orders as numpy's") {
  CHECK(Hash(ArgSort(MedianOfThreeKiller(256, 3))) == 189277891U);
  CHECK(Hash(ArgSort(MedianOfThreeKiller(2000, 3))) == 563111281U);
  CHECK(Hash(ArgSort(MedianOfThreeKiller(20000, 3))) == 894372073U);
}

TEST_CASE("any values come out in increasing order, each index once") {
  for (const int count : {0, 1, 2, 16, 17, 1000}) {
    const std::vector<double> values = ManyTies(count, 1000, 9);
    std::vector<size_t> order = ArgSort(values);
    CHECK(std::is_sorted(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; }));
    std::sort(order.begin(), order.end());
    for (size_t i = 0; i < order.size(); ++i) CHECK(order[i] == i);
    CHECK(order.size() == static_cast<size_t>(count));
  }
}
