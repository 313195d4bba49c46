#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>

namespace faces {

// Frames of a film: planar YUV with halved chroma (I420), the plane Y of width x height, then U and V, whose sides are
// half of that, rounded up. Sides from 1 to 2^15.

cv::Size ChromaSize(const cv::Size& size);

/// Bytes of a frame.
size_t FrameBytes(const cv::Size& size);

/// What the values of a frame mean, in the range from 16 to 235 that films use: ITU-R BT.601 or BT.709.
enum class YuvMatrix : uint8_t { kBt601, kBt709 };

/// Writes the pixels of a frame of FrameBytes(size) bytes as BGR into `bgr`, 3 bytes for each: each with the chroma of
/// its square of four.
void FrameToBgr(const uint8_t* frame, const cv::Size& size, YuvMatrix matrix, uint8_t* bgr);

}  // namespace faces
