#include "header.h"

#include "bmp.h"
#include "bytes.h"
#include "jpeg.h"
#include "other_formats.h"
#include "png.h"
#include "pnm.h"
#include "tiff.h"
#include "webp.h"

namespace faces {

Header ReadHeader(Bytes bytes) {
  if (bytes.size == 0) throw Error(ErrorCode::kEmptyImage, "the image is empty");
  const Reader image(bytes);
  if (image.Matches(0, "\xFF\xD8\xFF")) return ReadJpegHeader(bytes);
  if (image.Matches(0, "\x89PNG\r\n\x1A\n")) return ReadPngHeader(bytes);
  if (image.Matches(0, "RIFF") && image.Matches(8, "WEBP")) return ReadWebpHeader(bytes);
  if (image.Matches(0, "BM")) return ReadBmpHeader(bytes);
  if (IsPnm(bytes)) return ReadPnmHeader(bytes);
  if (const char* name = NameOfOtherFormat(bytes)) ThrowUnsupported(name);
  if (image.Matches(0, "II*\0") || image.Matches(0, "MM\0*")) return ReadTiffHeader(bytes);
  throw Error(ErrorCode::kUnsupportedFormat, std::string("the data is not an image of a known format: ") + kAccepted);
}

}  // namespace faces
