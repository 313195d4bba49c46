#include "framing.h"

#include <algorithm>
#include <cmath>

#include "covered_pixels.h"
#include "image/scaled.h"

namespace faces::render {
namespace {

// A face on the picture, in pixels of it.
struct Subject {
  cv::Rect face;
  cv::Rect head;
  double eyes_y;
};

std::vector<Subject> SubjectsOf(const std::vector<Face>& faces, const cv::Size& picture) {
  std::vector<Subject> subjects;
  for (const Face& face : faces) {
    const Box& box = face.box;
    const cv::Rect covered = CoveredPixels(box, picture);
    if (covered.empty()) continue;
    const double width = box.x2 - box.x1;
    const double height = box.y2 - box.y1;
    const Box head{box.x1 - kEars * width, box.y1 - kHair * height, box.x2 + kEars * width, box.y2 + kChin * height};
    double eyes_y = box.y1 + kEyesInBox * height;
    if (face.landmarks) eyes_y = ((*face.landmarks)[0].y + (*face.landmarks)[1].y) / 2;
    subjects.push_back({covered, CoveredPixels(head, picture), std::clamp(eyes_y, 0.0, 1.0 * picture.height)});
  }
  std::stable_sort(subjects.begin(), subjects.end(),
                   [](const Subject& a, const Subject& b) { return a.face.height > b.face.height; });
  if (subjects.size() > kMostFramed) subjects.resize(kMostFramed);
  return subjects;
}

int Rounded(double side, int max) { return std::clamp(static_cast<int>(std::lround(side)), 1, max); }

cv::Size LargestPart(const cv::Size& picture, const FramingOptions& options) {
  const double proportion = static_cast<double>(options.width) / options.height;
  if (picture.width <= picture.height * proportion) {
    return {picture.width, Rounded(picture.width / proportion, picture.height)};
  }
  return {Rounded(picture.height * proportion, picture.width), picture.height};
}

bool Holds(const cv::Size& part, const cv::Size& what) {
  return what.width <= part.width && what.height <= part.height;
}

cv::Rect FacesOf(const std::vector<Subject>& subjects) {
  cv::Rect all;
  for (const Subject& subject : subjects) all |= subject.face;
  return all;
}

cv::Rect HeadsOf(const std::vector<Subject>& subjects) {
  cv::Rect all;
  for (const Subject& subject : subjects) all |= subject.head;
  return all;
}

// Those that the part holds where it begins with this face, in the one direction in which it is smaller than the
// picture.
std::vector<Subject> GroupFrom(const Subject& first, const std::vector<Subject>& subjects, const cv::Size& part,
                               const cv::Size& picture) {
  const bool is_across = part.width < picture.width;
  cv::Rect window({0, 0}, part);
  (is_across ? window.x : window.y) = is_across ? first.face.x : first.face.y;
  std::vector<Subject> group;
  for (const Subject& subject : subjects) {
    if ((subject.face & window) == subject.face) group.push_back(subject);
  }
  return group;
}

// The faces to show in the largest part.
std::vector<Subject> GroupFor(const cv::Size& part, std::vector<Subject> subjects, const cv::Size& picture) {
  if (subjects.empty() || Holds(part, FacesOf(subjects).size())) return subjects;
  const auto heights = [](const std::vector<Subject>& group) {
    int sum = 0;
    for (const Subject& subject : group) sum += subject.face.height;
    return sum;
  };
  std::vector<Subject> best;
  for (const Subject& first : subjects) {
    std::vector<Subject> group = GroupFrom(first, subjects, part, picture);
    if (heights(group) > heights(best)) best = std::move(group);
  }
  if (best.empty()) best = {subjects.front()};
  return best;
}

cv::Size Zoomed(const cv::Size& largest, const cv::Rect& heads, const FramingOptions& options) {
  const double proportion = static_cast<double>(options.width) / options.height;
  const double tight = kRoom * std::max(1.0 * heads.width, heads.height * proportion);
  if (heads.empty() || tight >= largest.width) return largest;
  const double width = largest.width * std::pow(tight / largest.width, options.zoom);
  const int min_width = options.enlarges ? 1 : std::min(options.width, largest.width);
  const int whole = std::max(static_cast<int>(std::ceil(width)), min_width);
  if (whole >= largest.width) return largest;
  return {whole, Rounded(whole / proportion, largest.height)};
}

// Where a part of `length` begins in [0, `limit`], near `wanted`, so that it holds `faces` and, if they fit, `heads`,
// which span [first, second).
int Placed(double wanted, int length, int limit, const cv::Range& faces, const cv::Range& heads) {
  int least = 0;
  int most = limit - length;
  for (const cv::Range& range : {faces, heads}) {
    if (range.size() == 0 || range.size() > length) continue;
    least = std::max(least, range.end - length);
    most = std::min(most, range.start);
  }
  return std::clamp(static_cast<int>(std::lround(wanted)), least, most);
}

cv::Range Across(const cv::Rect& rect) { return {rect.x, rect.br().x}; }
cv::Range Down(const cv::Rect& rect) { return {rect.y, rect.br().y}; }

// Where `part` would begin if nothing else mattered.
Point Wanted(const cv::Size& part, const cv::Size& picture, const std::vector<Subject>& group) {
  if (group.empty()) return {(picture.width - part.width) / 2.0, (picture.height - part.height) / 2.0};
  const cv::Rect heads = HeadsOf(group);
  const double middle = (heads.x + heads.br().x - part.width) / 2.0;
  if (group.size() == 1) return {middle, group.front().eyes_y - kEyesInPart * part.height};
  return {middle, (heads.y + heads.br().y - part.height) / 2.0};
}

}  // namespace

Framing FrameFaces(const cv::Size& picture, const std::vector<Face>& faces, const FramingOptions& options) {
  std::vector<Subject> group = SubjectsOf(faces, picture);
  cv::Rect part({0, 0}, picture);
  if (options.width > 0 && options.height > 0) {
    const cv::Size largest = LargestPart(picture, options);
    group = GroupFor(largest, std::move(group), picture);
    const cv::Rect heads = HeadsOf(group);
    const cv::Rect shown = FacesOf(group);
    const cv::Size size = Zoomed(largest, heads, options);
    const Point wanted = Wanted(size, picture, group);
    part = {Placed(wanted.x, size.width, picture.width, Across(shown), Across(heads)),
            Placed(wanted.y, size.height, picture.height, Down(shown), Down(heads)), size.width, size.height};
  }
  if (group.empty()) return {part, {0.5, 0.5}};
  const cv::Rect shown = FacesOf(group);
  return {part, {(shown.x + shown.br().x) / (2.0 * picture.width), (shown.y + shown.br().y) / (2.0 * picture.height)}};
}

cv::Size FramedSize(const cv::Rect& part, const FramingOptions& options) {
  const bool is_larger = options.width > part.width || options.height > part.height;
  return is_larger && !options.enlarges ? part.size() : cv::Size(options.width, options.height);
}

cv::Mat CutPart(const cv::Mat& picture, const cv::Rect& part, const FramingOptions& options) {
  return Resized(picture(part), FramedSize(part, options));
}

}  // namespace faces::render
