import { setImmediate } from 'node:timers/promises';
import { FaceDetectorError } from '../face-detector-error.js';
import type { NativeInput, NativePixels } from '../native.js';
import { decodeBySharp } from './decode-by-sharp.js';
import { decodeHeic } from './decode-heic.js';
import type { DecodeOptions } from './decode-options.js';
import { checkCost, readHeaderOf } from './header.js';
import { decoderOf } from './packages.js';
import { optionalFormatOf } from './sniff.js';

export interface DecodedImage {
  pixels: NativePixels;
  /** Format of pictures of this image. */
  pictureFormat: 'jpeg' | 'png';
  /** Milliseconds of decoding. */
  ms: number;
}

// As of native code.
const maxBytes = 2 ** 30;

let turn: Promise<unknown> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other image has: files are copied on it, and several that came at once
 * would hold it up for all of them together.
 */
function ownTurn(): Promise<unknown> {
  turn = turn.then(() => setImmediate());
  return turn;
}

/**
 * Decodes a HEIC, AVIF or GIF image (its first frame); undefined for what native code reads: other bytes, and pixels.
 * Rejects with FaceDetectorError UNSUPPORTED_FORMAT if the package that decodes it is missing, TOO_MANY_PIXELS,
 * CORRUPT_IMAGE, TRUNCATED_IMAGE, TOO_COSTLY (after a minute), OUT_OF_MEMORY; with the reason of an abort, which ends
 * HEIC at once and nothing else.
 */
export async function decodeOptional(image: NativeInput, options: DecodeOptions): Promise<DecodedImage | undefined> {
  if ('width' in image) return undefined;
  const format = optionalFormatOf(image);
  if (!format) return undefined;
  decoderOf(format);
  await ownTurn(); // before the header is read, so that what is copied is what was checked
  if (image.byteLength > maxBytes)
    throw new FaceDetectorError('TOO_MANY_PIXELS', 'an image file may have 1 GiB at most');
  checkCost(readHeaderOf(image, format), options.maxPixels);
  const started = performance.now();
  const pixels = await (format === 'heic' ? decodeHeic(image, options) : decodeBySharp(format, image, options));
  const isPhotograph = format !== 'gif' && pixels.channels === 3;
  return { pixels, pictureFormat: isPhotograph ? 'jpeg' : 'png', ms: performance.now() - started };
}
