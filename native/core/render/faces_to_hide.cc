#include "faces_to_hide.h"

#include <algorithm>
#include <sstream>

#include "covered_pixels.h"
#include "error.h"

namespace faces::render {
namespace {

double Area(const Box& box) { return std::max(box.x2 - box.x1, 0.0) * std::max(box.y2 - box.y1, 0.0); }

Box Shared(const Box& a, const Box& b) {
  return {std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)};
}

bool IsSameFace(const Box& face, const Box& chosen, const cv::Size& picture) {
  const Box whole{0, 0, static_cast<double>(picture.width), static_cast<double>(picture.height)};
  const Box visible = Shared(face, whole);
  const Box asked = Shared(chosen, whole);
  const double shared = Area(Shared(visible, asked));
  return shared > 0 && shared >= kSameFace * (Area(visible) + Area(asked) - shared);
}

std::string Text(const Box& box) {
  std::ostringstream text;
  text << box.x1 << ',' << box.y1 << ',' << box.x2 - box.x1 << ',' << box.y2 - box.y1;
  return text.str();
}

std::string FoundText(size_t count) {
  if (count == 0) return "no face was found";
  return count == 1 ? "1 face was found" : std::to_string(count) + " faces were found";
}

[[noreturn]] void RefuseChoice(const FaceChoice& choice, const RedactOptions& options, size_t count) {
  const std::string name = options.whom == RedactOptions::Whom::kOnlyChosen ? "only" : "except";
  const auto* box = std::get_if<Box>(&choice);
  const std::string what = box == nullptr ? "there is no face number " + std::to_string(std::get<size_t>(choice) + 1) +
                                                " (index " + std::to_string(std::get<size_t>(choice)) + ")"
                                          : "no face is where the box " + Text(*box) + " is";
  throw Error(ErrorCode::kInvalidOption, name + ": " + what + ", " + FoundText(count));
}

// Sets the faces that `choice` means; returns whether there are any.
bool Mark(const FaceChoice& choice, const std::vector<Face>& faces, const cv::Size& picture,
          std::vector<bool>& is_chosen) {
  if (const auto* index = std::get_if<size_t>(&choice)) {
    if (*index >= faces.size()) return false;
    is_chosen[*index] = true;
    return true;
  }
  bool is_any = false;
  for (size_t i = 0; i < faces.size(); ++i) {
    if (!IsSameFace(faces[i].box, std::get<Box>(choice), picture)) continue;
    is_chosen[i] = true;
    is_any = true;
  }
  return is_any;
}

}  // namespace

std::vector<Face> FacesToHide(const std::vector<Face>& faces, const cv::Size& picture, const RedactOptions& options) {
  if (options.whom == RedactOptions::Whom::kAll) return faces;
  std::vector<bool> is_chosen(faces.size());
  for (const FaceChoice& choice : options.chosen) {
    if (!Mark(choice, faces, picture, is_chosen)) RefuseChoice(choice, options, faces.size());
  }
  const bool hides_chosen = options.whom == RedactOptions::Whom::kOnlyChosen;
  std::vector<Face> hidden;
  for (size_t i = 0; i < faces.size(); ++i) {
    if (is_chosen[i] == hides_chosen) hidden.push_back(faces[i]);
  }
  return hidden;
}

void CheckRegions(const cv::Size& picture, const std::vector<Box>& regions) {
  for (const Box& region : regions) {
    if (!CoveredPixels(region, picture).empty()) continue;
    throw Error(ErrorCode::kInvalidOption, "regions: the box " + Text(region) + " is outside the image of " +
                                               std::to_string(picture.width) + " x " + std::to_string(picture.height) +
                                               " pixels");
  }
}

}  // namespace faces::render
