#include "detection/turn.h"

#include "../fixtures.h"

using namespace faces;

namespace {

// Eyes 20 pixels apart, `across` to the right and `down`.
Face FaceWithEyes(double across, double down, float confidence = 0.99F) {
  Face face{{10, 10, 60, 70}, confidence, Landmarks{}};
  (*face.landmarks)[0] = {20, 30};
  (*face.landmarks)[1] = {20 + across, 30 + down};
  return face;
}

constexpr float kThreshold = 0.8F;

// Finds a face of this confidence where the picture, whose top left corner is white, was turned by `upright`; and in
// larger pictures than `largest` none.
FindFaces FindsAt(int upright, int largest, std::vector<cv::Size>& seen, float confidence = 0.99F) {
  return [upright, largest, &seen, confidence](const cv::Mat& picture, const Options&) -> std::vector<Face> {
    seen.push_back(picture.size());
    const std::array<cv::Point, 4> corners{
        cv::Point(0, 0), {picture.cols - 1, 0}, {picture.cols - 1, picture.rows - 1}, {0, picture.rows - 1}};
    const bool is_upright = picture.at<cv::Vec3b>(corners.at(static_cast<size_t>(upright)))[0] > 128;
    if (!is_upright || std::max(picture.cols, picture.rows) > largest) return {};
    return {FaceWithEyes(20, 0, confidence)};
  };
}

cv::Mat WithCorner() {
  cv::Mat picture(600, 1000, CV_8UC3, cv::Scalar::all(0));
  picture(cv::Rect(0, 0, 40, 40)) = cv::Scalar::all(255);
  return picture;
}

}  // namespace

TEST_CASE("eyes that are level are evidence, the surer the more") {
  CHECK(UprightEvidence({}, kThreshold) == 0);
  CHECK(UprightEvidence({FaceWithEyes(20, 0)}, kThreshold) == doctest::Approx(0.0361).epsilon(0.001));
  CHECK(UprightEvidence({FaceWithEyes(20, 13), FaceWithEyes(20, -13)}, kThreshold) ==
        doctest::Approx(0.0722).epsilon(0.001));
  for (const auto& [across, down] : {std::pair{20, 15}, {20, -15}, {-20, 0}, {0, 20}, {0, 0}}) {
    CHECK(UprightEvidence({FaceWithEyes(across, down)}, kThreshold) == 0);
  }
  CHECK(UprightEvidence({FaceWithEyes(20, 0, 0.7F)}, kThreshold) == 0);
  CHECK(fixtures::CodeOf([] {
          UprightEvidence({{{0, 0, 9, 9}, 0.9F, std::nullopt}}, kThreshold);
        }) == "INVALID_OPTION");
}

TEST_CASE("a turn is clear only with half as much again as any other, and with one sure face at least") {
  CHECK(ClearTurn({0, 0, 0, 0}, kThreshold) == std::nullopt);
  CHECK(ClearTurn({0, 0.04, 0, 0}, kThreshold) == 1);
  CHECK(ClearTurn({0.02, 0.02, 0.01, 0.08}, kThreshold) == 3);
  CHECK(ClearTurn({0.03, 0, 0.04, 0}, kThreshold) == std::nullopt);
  CHECK(ClearTurn({0.003, 0, 0, 0}, kThreshold) == std::nullopt);
  CHECK(ClearTurn({0.09, 0, 0, 0}, 0) == 0);
  CHECK(ClearTurn({0, 0, 0, 0}, 1) == std::nullopt);
}

TEST_CASE("the turn that two readings agree on is taken, each of them small") {
  for (int upright = 0; upright < 4; ++upright) {
    CAPTURE(upright);
    std::vector<cv::Size> seen;
    CHECK(FindTurn(WithCorner(), 1, {}, FindsAt(upright, 999, seen)) == upright);
    CHECK(seen.size() == (upright == 0 ? 4 : 5));
    double pixels = 0;
    for (const cv::Size& size : seen) pixels += size.area();
    CHECK(pixels <= 0.35 * 600 * 1000);
  }
}

TEST_CASE("a turn that only one reading shows is not taken") {
  std::vector<cv::Size> seen;
  CHECK(FindTurn(WithCorner(), 1, {}, FindsAt(1, 260, seen)) == 0);
  CHECK(seen.size() == 5);
}

TEST_CASE("a turn is read again beside another for which there is some evidence") {
  std::vector<cv::Size> seen;
  const FindFaces surely = FindsAt(3, 999, seen), less = FindsAt(1, 999, seen, 0.94F);
  const auto find = [&](const cv::Mat& picture, const Options& options) {
    std::vector<Face> faces = surely(picture, options);
    seen.pop_back();
    for (const Face& face : less(picture, options)) faces.push_back(face);
    return faces;
  };
  CHECK(FindTurn(WithCorner(), 1, {}, find) == 3);
  CHECK(seen.size() == 6);
}

TEST_CASE("pictures too small to be read stay as they are") {
  std::vector<cv::Size> seen;
  CHECK(FindTurn(cv::Mat(40, 60, CV_8UC3, cv::Scalar::all(255)), 1, {}, FindsAt(1, 999, seen)) == 0);
  CHECK(seen.empty());
}

TEST_CASE("the smallest face is read at the size that it has there, never below what models find") {
  std::vector<double> sizes;
  Options options;
  const auto note = [&](const cv::Mat&, const Options& read) -> std::vector<Face> {
    sizes.push_back(read.min_face_size);
    return {};
  };
  options.min_face_size = 200;
  FindTurn(WithCorner(), 0.5, options, note);  // 200 pixels are 100 of these
  CHECK(sizes.back() == doctest::Approx(25));
  options.min_face_size = 20;
  FindTurn(WithCorner(), 0.5, options, note);
  CHECK(sizes.back() == 20);
}

TEST_CASE("boxes and points lie where the pixels do, and four turns are none") {
  const cv::Mat picture = fixtures::Noise(30, 20);
  const Box box{3, 5, 10, 9};
  Face face{box, 0.9F, Landmarks{}};
  (*face.landmarks)[2] = {4, 6};
  for (int turn = 0; turn < 4; ++turn) {
    CAPTURE(turn);
    const cv::Mat turned = Turned(picture, turn);
    CHECK(turned.size() == Turned(picture.size(), turn));
    const Box moved = Turned(box, picture.size(), turn);
    const auto part = [](const cv::Mat& of, const Box& at) {
      return of(cv::Rect(cv::Point2d(at.x1, at.y1), cv::Point2d(at.x2, at.y2)));
    };
    CHECK(cv::norm(part(turned, moved), Turned(part(picture, box), turn), cv::NORM_INF) == 0);
    const Face back = Turned(Turned(face, picture.size(), turn), turned.size(), (4 - turn) % 4);
    CHECK(back.box.x1 == box.x1);
    CHECK(back.box.y2 == box.y2);
    CHECK((*back.landmarks)[2].x == 4);
    CHECK((*back.landmarks)[2].y == 6);
  }
}
