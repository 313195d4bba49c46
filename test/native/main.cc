#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "image/pixels.h"

int main(int argc, char** argv) {
  // As Detector does, for the tests that go past it.
  cv::setNumThreads(1);
  faces::LimitMemory();
  return doctest::Context(argc, argv).run();
}
