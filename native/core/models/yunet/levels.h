#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace faces::yunet {

/// The sizes at which the network sees a picture: shrunk so that `min_face_size` becomes 20 pixels and the longer side
/// 8192, where it is larger; then at a quarter of each side, and so on, until no face can be larger than those that the
/// network finds, some 10 to 300 pixels.
std::vector<cv::Size> Levels(const cv::Size& picture, double min_face_size);

}  // namespace faces::yunet
