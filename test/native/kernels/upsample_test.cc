#include "kernels/upsample.h"

#include <algorithm>

#include "../fixtures.h"
#include "../targets.h"
#include "kernels/buffer.h"
#include "naive.h"

using namespace faces::kernels;

TEST_CASE("a coarser row is added to a finer one, pixel by nearest pixel, odd widths included") {
  fixtures::ForEachTarget([] {
    for (const int channels : {16, 64}) {
      for (int width = 1; width <= 9; ++width) {
        const auto depth = static_cast<size_t>(channels);
        const size_t fine_count = static_cast<size_t>(width) * depth;
        const size_t coarse_count = static_cast<size_t>((width + 1) / 2) * depth;
        const std::vector<float> coarse = naive::Floats(coarse_count, 1);
        const std::vector<float> fine = naive::Floats(fine_count, 2);
        Buffer from, out;
        std::copy(coarse.begin(), coarse.end(), from.Take(coarse_count));
        std::copy(fine.begin(), fine.end(), out.Take(fine_count));
        AddUpsampled(from.data(), out.data(), width, channels, out.data());
        bool is_equal = true;
        for (size_t i = 0; i < fine_count; ++i) {
          is_equal = is_equal && out.data()[i] == fine[i] + coarse[i / depth / 2 * depth + i % depth];
        }
        CAPTURE(width);
        CHECK(is_equal);
      }
    }
  });
}
