#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <opencv2/core.hpp>

int main(int argc, char** argv) {
  cv::setNumThreads(1);  // as Detector does, for the tests that go past it
  return doctest::Context(argc, argv).run();
}
