#include "image/pixels.h"

#include <vector>

#include "../counted_memory.h"
#include "../fixtures.h"
#include "../peak_memory.h"

using namespace faces;

namespace {

constexpr int kMegabyte = 1 << 20;

cv::Mat Filled(int megabytes) {
  cv::Mat pixels = NewPixels({kMegabyte, megabytes}, CV_8UC1);
  pixels.setTo(1);
  return pixels;
}

}  // namespace

TEST_SUITE("pixels" * doctest::skip(!memory::kIsCounted)) {  // sanitizers want every block to be freed
  TEST_CASE("memory that a picture has left serves one of its size or down to half of it") {
    ReturnMemory();
    cv::Mat first = NewPixels({1000, 600}, CV_8UC3);
    const uint8_t* memory = first.data;
    first.release();
    CHECK(NewPixels({1000, 601}, CV_8UC3).data != memory);
    ReturnMemory();
    first = NewPixels({1000, 800}, CV_8UC3);
    memory = first.data;
    first.release();
    const cv::Mat half = NewPixels({1000, 400}, CV_8UC3);
    CHECK(half.data == memory);
    CHECK(NewPixels({1000, 400}, CV_8UC3).data != memory);  // it is in use
    first = NewPixels({1000, 810}, CV_8UC3);
    const cv::Mat copy = first;  // NOLINT(performance-unnecessary-copy-initialization): it holds the memory
    memory = first.data;
    first.release();
    CHECK(NewPixels({1000, 800}, CV_8UC3).data != memory);  // as it is by the copy
  }
}

#ifdef __linux__
TEST_SUITE("pixels" * doctest::skip(!memory::kIsCounted)) {
  TEST_CASE("64 MB are kept, and none of them beside a large picture, or once memory is returned") {
    constexpr double kOther = 8;  // what else the process may take or free
    ReturnMemory();
    const double before = fixtures::StatusMegabytes("VmRSS:");
    {
      std::vector<cv::Mat> pictures;
      for (int i = 0; i < 9; ++i) pictures.push_back(Filled(12));
      CHECK(fixtures::StatusMegabytes("VmRSS:") > before + 108 - kOther);
    }
    const double kept = fixtures::StatusMegabytes("VmRSS:") - before;
    CHECK(kept > 60 - kOther);
    CHECK(kept < 64 + kOther);
    { const cv::Mat large = Filled(70); }
    CHECK(fixtures::StatusMegabytes("VmRSS:") < before + kOther);
    { const cv::Mat picture = Filled(30); }
    CHECK(fixtures::StatusMegabytes("VmRSS:") > before + 30 - kOther);
    ReturnMemory();
    CHECK(fixtures::StatusMegabytes("VmRSS:") < before + kOther);
  }
}
#endif
