#pragma once

#include <napi.h>

namespace faces::addon {

/// probe(image: Uint8Array), to { format, width, height, peakBytes, peakBytesWithAlpha }: what an encoded image's
/// header says, at once and on the calling thread: microseconds for ordinary files, under 5 ms for any of 20 MB.
/// `width` and `height` are those of the image as displayed. The last two are the most memory that decoding takes
/// (DecodingPeak) for a search, and for pictures made of the image. Throws an Error with a `code` where the header
/// alone shows that `detect` would refuse the image, whatever its options; TypeError for another argument.
Napi::Value Probe(const Napi::CallbackInfo& info);

}  // namespace faces::addon
