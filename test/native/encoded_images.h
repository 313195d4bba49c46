#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

// Encoded images made by code, of the kinds that cv::imencode does not make.
namespace encoded {

/// cv::imencode, which must succeed.
std::vector<uint8_t> Encode(const cv::Mat& image, const std::string& extension, const std::vector<int>& flags = {});

/// The body of an EXIF block with an orientation.
std::string Exif(int orientation, bool big_endian = false);

std::vector<uint8_t> JpegWithExif(const std::vector<uint8_t>& jpeg, const std::string& exif);
std::vector<uint8_t> PngWithExif(const std::vector<uint8_t>& png, const std::string& exif);
/// With that many further chunks after the header.
std::vector<uint8_t> PngWithChunks(const std::vector<uint8_t>& png, const std::string& type, const std::string& data,
                                   int count);
std::vector<uint8_t> WebpWithExif(const std::vector<uint8_t>& webp, const std::string& exif, const cv::Size& size);

/// Frames of one size, lossless, on a canvas that says it is of size `canvas`.
std::vector<uint8_t> AnimatedWebp(const std::vector<cv::Mat>& frames, const cv::Size& canvas);

struct TiffSetting {
  cv::Mat image;  ///< 8 or 16 bits, 1, 3 or 4 channels
  int orientation = 1;
  bool big_endian = false;
  int alpha_kind = 0;          ///< ExtraSamples: 0 unspecified, 1 multiplied in, 2 not multiplied in
  int tile_side = 0;           ///< says that the image stands in tiles of that side, without any
  bool planar = false;         ///< channel after channel
  bool is_row_by_row = false;  ///< a strip for each row, not planar
  struct Entry {
    uint32_t tag, type;  ///< 1 BYTE, 3 SHORT, 4 LONG, 9 SLONG
    std::vector<uint32_t> values;
  };
  std::vector<Entry> more{};  ///< further entries, in front of the others
};

/// Uncompressed TIFF in one strip, or in one for each channel.
std::vector<uint8_t> Tiff(const TiffSetting& setting);

/// A PNG that says it is that large and has almost no data.
std::vector<uint8_t> PngOfSize(uint32_t width, uint32_t height);
std::vector<uint8_t> GrayAlphaPng(const cv::Mat& gray);
/// 2x1 pixels, RGB (10, 20, 30) and (40, 50, 60).
std::vector<uint8_t> PalettePng();
/// The same with an alpha of 40 for the first colour.
std::vector<uint8_t> PalettePngWithAlpha();

}  // namespace encoded
