import { FaceDetectorError } from '../face-detector-error.js';
import type { NativeProbe } from '../native.js';
import { readGifHeader } from './gif-header.js';
import { readHeifHeader } from './heif-header.js';
import { type OptionalFormat, optionalFormatOf } from './sniff.js';

/** What is known of an image before it is decoded, as native code tells it of the formats that it reads. */
export type OptionalHeader = Omit<NativeProbe, 'format'> & { format: OptionalFormat };

// Peak memory of decoding to pixels of 8 bits, measured with 12 megapixels (docs/quality.md), rounded up: bytes per
// coded pixel, and what a decoder takes for itself.
const megabyte = 2 ** 20;
const peaks: Record<OptionalFormat, { perPixel: number; perDeepPixel: number; own: number }> = {
  heic: { perPixel: 11, perDeepPixel: 14, own: 40 * megabyte },
  avif: { perPixel: 20, perDeepPixel: 28, own: 16 * megabyte },
  gif: { perPixel: 9, perDeepPixel: 9, own: 4 * megabyte },
};

function sizeOf(bytes: Uint8Array, format: OptionalFormat) {
  if (format !== 'gif') return readHeifHeader(bytes);
  const { width, height } = readGifHeader(bytes);
  return { width, height, codedPixels: width * height, bits: 8 };
}

/**
 * Reads the header of an image in that format. Throws FaceDetectorError CORRUPT_IMAGE, or TRUNCATED_IMAGE for a GIF that
 * ends before its first frame does. Under 5 ms for any image of 20 MB.
 */
export function readHeaderOf(bytes: Uint8Array, format: OptionalFormat): OptionalHeader {
  const { width, height, codedPixels, bits } = sizeOf(bytes, format);
  const { perPixel, perDeepPixel, own } = peaks[format];
  const peakBytes = own + Math.max(codedPixels, width * height) * (bits > 8 ? perDeepPixel : perPixel);
  return { format, width, height, peakBytes, peakBytesWithAlpha: peakBytes };
}

/** The same for a HEIC, AVIF or GIF image; undefined for every other. */
export function readOptionalHeader(bytes: Uint8Array): OptionalHeader | undefined {
  const format = optionalFormatOf(bytes);
  return format && readHeaderOf(bytes, format);
}

// As for the formats that native code reads (native/core/image/decoding_peak.cc).
const bytesPerAllowedPixel = 12;
const minMemory = 32e6;

/** Most memory that decoding may take, in bytes, besides what the decoder takes for itself. */
export function decodingLimit(maxPixels: number): number {
  return Math.max(bytesPerAllowedPixel * maxPixels, minMemory);
}

/** The error of an image whose decoding takes more memory than `maxPixels` allows. */
export function tooMuchMemory(maxPixels: number): FaceDetectorError {
  const limit = Math.floor(decodingLimit(maxPixels) / 1e6);
  return new FaceDetectorError('TOO_MANY_PIXELS', `decoding the image takes more than ${limit} MB of memory`);
}

/** Throws FaceDetectorError TOO_MANY_PIXELS for more than `maxPixels`, or more memory than goes with them. */
export function checkCost({ format, width, height, peakBytes }: OptionalHeader, maxPixels: number): void {
  if (width * height > maxPixels) {
    const size = `the image is ${width} x ${height} pixels, the limit is ${maxPixels} in all`;
    throw new FaceDetectorError('TOO_MANY_PIXELS', size);
  }
  if (peakBytes - peaks[format].own > decodingLimit(maxPixels)) throw tooMuchMemory(maxPixels);
}
