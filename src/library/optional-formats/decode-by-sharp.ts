import { FaceDetectorError } from '../face-detector-error.js';
import type { NativePixels } from '../native.js';
import { type DecodeOptions, maxDecodeSeconds } from './decode-options.js';
import { firstFrame, readGifHeader } from './gif-header.js';
import { endsEarly } from './heif-header.js';
import { decoderOf, unavailable } from './packages.js';
import type { OptionalFormat } from './sniff.js';

type Sharp = typeof import('sharp');

/** Loaded from the file that it resolves to, not by its name: bundlers would look for the package at once. */
function loadSharp(format: OptionalFormat): Sharp {
  const file = decoderOf(format);
  try {
    return require(file) as Sharp;
  } catch (error) {
    throw unavailable(format, 'which does not load here. Install it again on this machine: npm install sharp', error);
  }
}

function decodingError(error: unknown, format: OptionalFormat, bytes: Uint8Array): FaceDetectorError {
  const { message } = error as Error;
  const fail = (code: 'TOO_COSTLY' | 'TRUNCATED_IMAGE' | 'OUT_OF_MEMORY' | 'CORRUPT_IMAGE', why: string) =>
    new FaceDetectorError(code, why, { cause: error });
  if (/^timeout\b/.test(message)) return fail('TOO_COSTLY', `decoding the image takes over ${maxDecodeSeconds} s`);
  if (/out of memory|bad_alloc/i.test(message))
    return fail('OUT_OF_MEMORY', 'there is not enough memory for the image');
  if (format === 'avif' && endsEarly(bytes))
    return fail('TRUNCATED_IMAGE', 'the image ends early: part of it is missing');
  return fail('CORRUPT_IMAGE', `the ${format.toUpperCase()} is damaged and cannot be decoded`);
}

/**
 * Decodes an AVIF, or the first frame of a GIF, to upright sRGB of 8 bits on threads of Node's pool; colour profiles
 * are applied. Nothing can interrupt it but the time limit. Rejects with FaceDetectorError.
 */
export async function decodeBySharp(
  format: 'avif' | 'gif',
  bytes: Uint8Array,
  { maxPixels, keepsAlpha }: DecodeOptions,
): Promise<NativePixels> {
  const sharp = loadSharp(format);
  const gif = format === 'gif' ? readGifHeader(bytes) : undefined;
  // Copied: sharp reads them on another thread, while the caller may change them.
  const copy = gif ? firstFrame(bytes, gif) : Buffer.from(bytes);
  const image = sharp(copy, { limitInputPixels: maxPixels }).timeout({ seconds: maxDecodeSeconds });
  if (gif) {
    const { left, top, width, height } = gif.frame;
    const margins = { left, top, right: gif.width - left - width, bottom: gif.height - top - height };
    if (Object.values(margins).some((side) => side > 0))
      image.extend({ ...margins, background: { r: 0, g: 0, b: 0, alpha: 0 } });
  }
  if (!keepsAlpha) image.removeAlpha();
  try {
    const { data, info } = await image
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels, isRgb: true };
  } catch (error) {
    throw decodingError(error, format, bytes);
  }
}
