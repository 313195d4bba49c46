import { loadAddon } from './load-addon.js';
import type { NativeAddon, NativeProbe } from './native.js';
import { type OptionalHeader, readOptionalHeader } from './optional-formats/header.js';
import { imageError } from './optional-formats/image-error.js';
import { decoderOf } from './optional-formats/packages.js';

let addon: NativeAddon | undefined;

/**
 * Reads the header of an encoded image. Throws FaceDetectorError if the header alone shows that the image cannot be
 * searched: UNSUPPORTED_FORMAT (also where the package that decodes it is missing), EMPTY_IMAGE, CORRUPT_IMAGE,
 * TRUNCATED_IMAGE.
 */
export function probe(image: Uint8Array): NativeProbe | OptionalHeader {
  const optional = readOptionalHeader(image);
  if (optional) {
    decoderOf(optional.format);
    return optional;
  }
  addon ??= loadAddon();
  try {
    return addon.probe(image);
  } catch (error) {
    throw imageError(error);
  }
}
