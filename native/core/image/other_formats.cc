#include "other_formats.h"

#include <algorithm>

#include "bytes.h"

namespace faces {
namespace {

const char* IsoBrand(const Reader& image) {
  if (!image.Matches(4, "ftyp")) return nullptr;
  if (image.Matches(8, "crx ")) return "camera raw (CR3)";
  // The brands in file order: the major one, a version, then the compatible ones.
  const size_t end = std::min<size_t>(std::max(image.U32(0), 16U), 256);
  for (size_t brand = 8; brand < end; brand += brand == 8 ? 8 : 4) {
    if (image.Matches(brand, "avif") || image.Matches(brand, "avis")) return "AVIF";
    if (image.Matches(brand, "heic") || image.Matches(brand, "heix") || image.Matches(brand, "hevc") ||
        image.Matches(brand, "heim") || image.Matches(brand, "heis")) {
      return "HEIC";
    }
  }
  return image.Matches(8, "mif1") || image.Matches(8, "msf1") ? "HEIF" : "MP4";
}

// Text with an <svg> element within its first kilobyte.
bool IsSvg(const Reader& image) {
  size_t start = image.Matches(0, "\xEF\xBB\xBF") ? 3 : 0;
  while (image.U8(start) == ' ' || image.U8(start) == '\n' || image.U8(start) == '\r' || image.U8(start) == '\t')
    ++start;
  if (image.U8(start) != '<') return false;
  for (size_t at = start; at < start + 1024; ++at) {
    if (image.Matches(at, "<svg")) return true;
  }
  return false;
}

// Raw files that are not TIFF, or TIFF with a special signature.
const char* CameraRaw(const Reader& image) {
  if ((image.Matches(0, "II*\0") || image.Matches(0, "MM\0*")) && image.Matches(8, "CR\2")) return "camera raw (CR2)";
  if (image.Matches(0, "IIRO") || image.Matches(0, "IIRS") || image.Matches(0, "MMOR")) return "camera raw (ORF)";
  if (image.Matches(0, "IIU\0")) return "camera raw (RW2)";
  if (image.Matches(0, "FUJIFILMCCD-RAW")) return "camera raw (RAF)";
  return nullptr;
}

}  // namespace

const char* NameOfOtherFormat(Bytes bytes) {
  const Reader image(bytes);
  if (image.Matches(0, "GIF87a") || image.Matches(0, "GIF89a")) return "GIF";
  if (const char* brand = IsoBrand(image)) return brand;
  if (const char* raw = CameraRaw(image)) return raw;
  if (IsSvg(image)) return "SVG";
  if (image.Matches(0, "\xFF\x0A") || image.Matches(0, "\0\0\0\x0CJXL ")) return "JPEG XL";
  if (image.Matches(0, "\0\0\0\x0CjP  ") || image.Matches(0, "\xFF\x4F\xFF\x51")) return "JPEG 2000";
  if (image.Matches(0, "%PDF")) return "PDF";
  if (image.Matches(0, "8BPS")) return "Photoshop";
  if (image.Matches(0, "II+\0") || image.Matches(0, "MM\0+")) return "BigTIFF";
  if (image.Matches(0, "\x59\xA6\x6A\x95")) return "Sun raster";
  return nullptr;
}

}  // namespace faces
