#pragma once

namespace faces {

/// Formats that are read. kPnm is PBM, PGM, PPM and PAM.
enum class Format { kJpeg, kPng, kWebp, kBmp, kTiff, kPnm };

/// What becomes of an image's transparency: the search never sees it, a picture made of the image has it again.
enum class Alpha { kDropped, kKept };

}  // namespace faces
