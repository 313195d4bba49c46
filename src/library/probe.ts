import { asFaceDetectorError } from './face-detector-error.js';
import { loadAddon } from './load-addon.js';
import type { NativeAddon, NativeProbe } from './native.js';

let addon: NativeAddon | undefined;

/**
 * What the header of an encoded image says. Throws FaceDetectorError where the header alone shows that no search takes the image:
 * UNSUPPORTED_FORMAT, EMPTY_IMAGE, CORRUPT_IMAGE.
 */
export function probe(image: Uint8Array): NativeProbe {
  addon ??= loadAddon();
  try {
    return addon.probe(image);
  } catch (error) {
    throw asFaceDetectorError(error);
  }
}
