#include "render/annotate.h"

#include <opencv2/imgproc.hpp>

#include "../fixtures.h"

using namespace faces;
using render::Annotate;

namespace {

const cv::Vec3b kBright(64, 255, 96);

Face FaceAt(double x1, double y1, double x2, double y2) {
  const double width = x2 - x1;
  const double height = y2 - y1;
  const auto at = [&](double x, double y) { return Point{x1 + x * width, y1 + y * height}; };
  return {{x1, y1, x2, y2}, 0.987F, Landmarks{at(0.3, 0.4), at(0.7, 0.4), at(0.5, 0.6), at(0.3, 0.8), at(0.7, 0.8)}};
}

cv::Mat Annotated(const cv::Size& size, const Face& face, const AnnotateOptions& options = {}) {
  cv::Mat picture(size, CV_8UC3, cv::Scalar::all(128));
  Annotate(picture, {face}, options, CancelFlag());
  return picture;
}

// Bright pixels from the left border of the box inwards.
int LineWidth(const cv::Size& size, const Face& face) {
  const cv::Mat picture = Annotated(size, face, {false, false});
  const int y = static_cast<int>((face.box.y1 + face.box.y2) / 2);
  int width = 0;
  for (int x = 0; x < static_cast<int>((face.box.x1 + face.box.x2) / 2); ++x) {
    width += picture.at<cv::Vec3b>(y, x) == kBright;
  }
  return width;
}

}  // namespace

TEST_CASE("boxes and points stand where the face is") {
  const Face face = FaceAt(200, 150, 320, 300);
  const cv::Mat picture = Annotated({800, 600}, face, {true, false});
  for (const cv::Point& edge : {cv::Point(200, 220), {319, 220}, {260, 150}, {260, 299}}) {
    CHECK(picture.at<cv::Vec3b>(edge) == kBright);
  }
  for (const Point& point : *face.landmarks) {
    CHECK(picture.at<cv::Vec3b>(static_cast<int>(std::lround(point.y)), static_cast<int>(std::lround(point.x))) ==
          kBright);
  }
  CHECK(picture.at<cv::Vec3b>(200, 260) == cv::Vec3b(128, 128, 128));
  CHECK(picture.at<cv::Vec3b>(140, 260) == cv::Vec3b(128, 128, 128));
}

TEST_CASE("points and scores can be left out, and a model may have no points") {
  const Face face = FaceAt(200, 150, 320, 300);
  const cv::Mat bare = Annotated({800, 600}, face, {false, false});
  CHECK(bare.at<cv::Vec3b>(210, 236) == cv::Vec3b(128, 128, 128));  // the left eye
  CHECK(bare.at<cv::Vec3b>(140, 205) == cv::Vec3b(128, 128, 128));  // where the score would stand
  CHECK(Annotated({800, 600}, face, {false, true}).at<cv::Vec3b>(140, 201) == kBright);
  Face haar = face;
  haar.landmarks.reset();
  CHECK(cv::norm(Annotated({800, 600}, haar), Annotated({800, 600}, face, {false, true}), cv::NORM_INF) == 0);
}

TEST_CASE("lines grow with the picture and stay thin on small faces") {
  CHECK(LineWidth({400, 300}, FaceAt(100, 100, 200, 200)) == 1);
  CHECK(LineWidth({1200, 900}, FaceAt(100, 100, 300, 300)) == 3);
  CHECK(LineWidth({3600, 2700}, FaceAt(1000, 1000, 2000, 2000)) == 9);
  CHECK(LineWidth({3600, 2700}, FaceAt(1000, 1000, 1020, 1020)) == 1);
}

TEST_CASE("on a transparent picture everything drawn is opaque") {
  cv::Mat picture(200, 200, CV_8UC4, cv::Scalar::all(0));
  Annotate(picture, {FaceAt(50, 50, 150, 150)}, {}, CancelFlag());
  CHECK(picture.at<cv::Vec4b>(100, 50) == cv::Vec4b(64, 255, 96, 255));
  CHECK(picture.at<cv::Vec4b>(90, 80) == cv::Vec4b(64, 255, 96, 255));
  CHECK(picture.at<cv::Vec4b>(70, 70)[3] == 0);
}

TEST_CASE("at the border: the line runs along it and the score stands inside") {
  const cv::Mat picture = Annotated({300, 300}, FaceAt(-40, -40, 120, 120));
  CHECK(picture.at<cv::Vec3b>(100, 0) == kBright);
  CHECK(picture.at<cv::Vec3b>(0, 100) == kBright);
  CHECK(picture.at<cv::Vec3b>(2, 2) == kBright);  // the score's ground
}

TEST_CASE("faces outside, tiny pictures and numbers beyond any picture do no harm") {
  for (const cv::Size& size : {cv::Size(1, 1), cv::Size(3, 40), cv::Size(40000, 2)}) {
    for (const Face& face :
         {FaceAt(0, 0, 1, 1), FaceAt(-1e9, -1e9, 1e9, 1e9), FaceAt(1e12, 5, 2e12, 9), FaceAt(5, 5, 5, 5)}) {
      CHECK_NOTHROW(Annotated(size, face));
    }
  }
}

TEST_CASE("a set flag ends the drawing before the next face") {
  cv::Mat picture(200, 200, CV_8UC3, cv::Scalar::all(9));
  CancelFlag cancelled;
  cancelled.Cancel();
  CHECK(fixtures::CodeOf([&] { Annotate(picture, {FaceAt(50, 50, 150, 150)}, {}, cancelled); }) == "ABORTED");
  CHECK(cv::countNonZero(picture.reshape(1) != 9) == 0);
}
