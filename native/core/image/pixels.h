#pragma once

#include <opencv2/core.hpp>

namespace faces {

/// A picture of undefined content (`type` as of cv::Mat). Memory of a megabyte or more is kept when it is freed, up to
/// 64 MB in the process, for the next pictures: where the system hands out its pages slowly, as in many virtual
/// machines, taking new ones costs more than decoding. Throws cv::Exception when there is no memory.
cv::Mat NewPixels(const cv::Size& size, int type);

/// Holds malloc to what it may keep of freed memory, for the whole process.
void LimitMemory();

/// Gives back to the system what is kept, and what malloc keeps.
void ReturnMemory();

}  // namespace faces
