#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace faces {

/// The weights of one layer as imported by OpenCV; `blobs` share its memory.
struct LayerWeights {
  std::string type;  ///< "Convolution", "InnerProduct", "PReLU" and so on
  std::vector<cv::Mat> blobs;
};

}  // namespace faces
