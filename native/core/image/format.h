#pragma once

namespace faces {

/// Supported formats. kPnm is PBM, PGM, PPM and PAM.
enum class Format { kJpeg, kPng, kWebp, kBmp, kTiff, kPnm };

/// What to do with an image's alpha channel: the search does not use it, a picture made of the image keeps it.
enum class Alpha { kDropped, kKept };

}  // namespace faces
