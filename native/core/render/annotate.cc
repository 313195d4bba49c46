#include "annotate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>

#include "covered_pixels.h"

namespace faces::render {
namespace {

const cv::Scalar kBright(64, 255, 96, 255);
const cv::Scalar kDark(24, 24, 24, 255);

// Line width in pixels.
int LineWidth(const cv::Size& picture, const cv::Rect& box) {
  constexpr double kOfPicture = 1.0 / 400;
  constexpr double kOfFace = 1.0 / 20;
  const double width =
      std::min(std::max(picture.width, picture.height) * kOfPicture, std::min(box.width, box.height) * kOfFace);
  return std::max(static_cast<int>(std::lround(width)), 1);
}

// Four bars instead of cv::rectangle, whose thick lines are wider than requested and have round corners.
void DrawFrame(cv::Mat& picture, const cv::Rect& outer, int width, const cv::Scalar& colour) {
  const cv::Point last = outer.br();
  const cv::Rect bars[] = {{outer.x, outer.y, outer.width, width},
                           {outer.x, last.y - width, outer.width, width},
                           {outer.x, outer.y, width, outer.height},
                           {last.x - width, outer.y, width, outer.height}};
  for (const cv::Rect& bar : bars) picture(bar & cv::Rect({}, picture.size())).setTo(colour);
}

void DrawBox(cv::Mat& picture, const cv::Rect& box, int line) {
  const auto grown = [&](int by) { return cv::Rect(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by); };
  DrawFrame(picture, grown(line / 2 + 1), line + 2, kDark);
  DrawFrame(picture, grown(line / 2), line, kBright);
}

void DrawPoints(cv::Mat& picture, const Landmarks& landmarks, int line) {
  constexpr double kFarthest = 1e6;  // beyond any picture, so not visible
  for (const Point& point : landmarks) {
    if (std::abs(point.x) > kFarthest || std::abs(point.y) > kFarthest) continue;
    const cv::Point centre(static_cast<int>(std::lround(point.x)), static_cast<int>(std::lround(point.y)));
    cv::circle(picture, centre, line + 1, kDark, cv::FILLED, cv::LINE_AA);
    cv::circle(picture, centre, line, kBright, cv::FILLED, cv::LINE_AA);
  }
}

// Letters are a 50th of the picture high, smaller on narrow boxes, but at least 7 pixels to be readable.
void DrawScore(cv::Mat& picture, const cv::Rect& box, float confidence, int line) {
  constexpr double kOfPicture = 1.0 / 50;
  constexpr double kSmallest = 7;
  constexpr auto kFont = cv::FONT_HERSHEY_SIMPLEX;
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(confidence));
  const cv::Size unit = cv::getTextSize(text.data(), kFont, 1, 1, nullptr);
  const double height = std::max(kSmallest, std::min(std::max(picture.cols, picture.rows) * kOfPicture,
                                                     0.6 * box.width * unit.height / unit.width));
  const double scale = height / unit.height;
  const int stroke = std::max(static_cast<int>(std::lround(height / 9)), 1);
  const int padding = std::max(static_cast<int>(std::lround(height / 4)), 2);
  const cv::Size letters = cv::getTextSize(text.data(), kFont, scale, stroke, nullptr);
  const cv::Size label(letters.width + 2 * padding, letters.height + 2 * padding);
  const int edge = line / 2 + 1;
  const int left = std::max(std::min(box.x - edge, picture.cols - label.width), 0);
  const int top = box.y - edge - label.height >= 0 ? box.y - edge - label.height : box.y + edge;
  cv::rectangle(picture, {left, top}, {left + label.width - 1, top + label.height - 1}, kBright, cv::FILLED);
  cv::putText(picture, text.data(), {left + padding, top + padding + letters.height}, kFont, scale, kDark, stroke,
              cv::LINE_AA);
}

}  // namespace

void Annotate(cv::Mat& picture, const std::vector<Face>& faces, const AnnotateOptions& options,
              const CancelFlag& cancel) {
  const auto for_each = [&](const auto& draw) {
    for (const Face& face : faces) {
      Checkpoint(cancel);
      const cv::Rect box = CoveredPixels(face.box, picture.size());
      if (!box.empty()) draw(face, box, LineWidth(picture.size(), box));
    }
  };
  // Scores last, so that no neighbour's line crosses one.
  for_each([&](const Face&, const cv::Rect& box, int line) { DrawBox(picture, box, line); });
  for_each([&](const Face& face, const cv::Rect& box, int line) {
    if (options.landmarks && face.landmarks) DrawPoints(picture, *face.landmarks, line);
    if (options.scores) DrawScore(picture, box, face.confidence, line);
  });
}

}  // namespace faces::render
