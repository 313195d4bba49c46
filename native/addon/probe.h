#pragma once

#include <napi.h>

namespace faces::addon {

/// probe(image: Uint8Array), returns { format, width, height, peakBytes, peakBytesWithAlpha }: reads an encoded image's
/// header on the calling thread, in microseconds for ordinary files and under 5 ms for any of 20 MB. `width` and
/// `height` are those of the displayed image. The last two are the peak memory of decoding (DecodingPeak) for a search,
/// and for pictures made of the image. Throws an Error with a `code` if the header alone shows that `detect` would
/// refuse the image, whatever its options; TypeError for an invalid argument.
Napi::Value Probe(const Napi::CallbackInfo& info);

}  // namespace faces::addon
