#include "redact_frame.h"

#include "image/yuv_frame.h"
#include "redact.h"

namespace faces::render {
namespace {

std::vector<Face> Scaled(const std::vector<Box>& boxes, double factor) {
  std::vector<Face> faces;
  faces.reserve(boxes.size());
  for (const Box& box : boxes) {
    faces.push_back({{box.x1 * factor, box.y1 * factor, box.x2 * factor, box.y2 * factor}, 1, {}, {}});
  }
  return faces;
}

}  // namespace

void RedactFrame(uint8_t* frame, const cv::Size& size, const std::vector<Box>& boxes, const RedactOptions& options,
                 const CancelFlag& cancel) {
  RedactOptions plain;
  plain.mode = options.mode;
  plain.shape = options.shape;
  plain.margin = options.margin;
  const auto hide = [&](uint8_t* pixels, const cv::Size& plane, double factor, int fill) {
    cv::Mat picture(plane, CV_8UC1, pixels);
    plain.fill = cv::Scalar::all(fill);
    Redact(picture, Scaled(boxes, factor), plain, cancel);
  };
  constexpr int kBlack = 16, kNoColour = 128;  // ITU-R BT.601, BT.709
  const cv::Size chroma = ChromaSize(size);
  hide(frame, size, 1, kBlack);
  uint8_t* const u = frame + size.area();
  hide(u, chroma, 0.5, kNoColour);
  hide(u + chroma.area(), chroma, 0.5, kNoColour);
}

}  // namespace faces::render
