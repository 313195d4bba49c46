#include "render/cut_face.h"

#include "../fixtures.h"
#include "render/covered_pixels.h"

using namespace faces;
using render::CoveredPixels;
using render::CutFace;
using render::GrownBox;

TEST_CASE("a margin is a share of the box's own sides") {
  const Box grown = GrownBox({10, 20, 30, 60}, 0.25);
  CHECK(grown.x1 == 5);
  CHECK(grown.y1 == 10);
  CHECK(grown.x2 == 35);
  CHECK(grown.y2 == 70);
}

TEST_CASE("covered pixels are those that the box touches, inside of the image") {
  const cv::Size image(100, 50);
  CHECK(CoveredPixels({10.2, 20.9, 30.1, 40.0}, image) == cv::Rect(10, 20, 21, 20));
  CHECK(CoveredPixels({-5, -5, 3, 3}, image) == cv::Rect(0, 0, 3, 3));
  CHECK(CoveredPixels({90, 40, 1e300, 1e300}, image) == cv::Rect(90, 40, 10, 10));
  CHECK(CoveredPixels({-1e300, -1e300, -1, -1}, image).empty());
  CHECK(CoveredPixels({200, 0, 300, 50}, image).empty());
}

TEST_CASE("a plain crop is the picture's own pixels") {
  const cv::Mat picture = fixtures::Noise(60, 40);
  const cv::Mat crop = CutFace(picture, {10, 10, 20, 30}, 0, 0);
  CHECK(crop.size() == cv::Size(10, 20));
  CHECK(crop.data == picture.ptr(10, 10));
  CHECK(CutFace(picture, {10, 10, 20, 30}, 0.5, 0).size() == cv::Size(20, 40));
  CHECK(CutFace(picture, {50, 30, 70, 50}, 0.5, 0).size() == cv::Size(20, 20));
}

TEST_CASE("a size is the longer side of a plain crop") {
  const cv::Mat picture = fixtures::Noise(600, 400);
  CHECK(CutFace(picture, {10, 10, 110, 210}, 0, 50).size() == cv::Size(25, 50));
  CHECK(CutFace(picture, {10, 10, 110, 60}, 0, 1024).size() == cv::Size(1024, 512));
  CHECK(CutFace(picture, {10, 10, 310, 11}, 0, 16).size() == cv::Size(16, 1));
}

TEST_CASE("a crop has a pixel at least, wherever its box is") {
  const cv::Mat picture = fixtures::Noise(60, 40);
  for (const Box& box : {Box{-20, -20, -10, -10}, Box{100, 5, 120, 20}, Box{5, 90, 20, 95}, Box{5, 5, 5, 5}}) {
    CHECK(CutFace(picture, box, 0, 0).size().area() >= 1);
    CHECK(CutFace(picture, box, 0, 16).size().area() >= 1);
  }
  CHECK(CutFace(cv::Mat(1, 1, CV_8UC4, cv::Scalar()), {0, 0, 1, 1}, 1, 0).size() == cv::Size(1, 1));
}
