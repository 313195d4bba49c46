import { asFaceDetectorError } from './face-detector-error.js';
import { loadAddon } from './load-addon.js';
import type { NativeAddon, NativeProbe } from './native.js';

let addon: NativeAddon | undefined;

/**
 * Reads the header of an encoded image. Throws FaceDetectorError if the header alone shows that the image cannot be
 * searched: UNSUPPORTED_FORMAT, EMPTY_IMAGE, CORRUPT_IMAGE.
 */
export function probe(image: Uint8Array): NativeProbe {
  addon ??= loadAddon();
  try {
    return addon.probe(image);
  } catch (error) {
    throw asFaceDetectorError(error);
  }
}
