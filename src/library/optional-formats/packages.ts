import { FaceDetectorError } from '../face-detector-error.js';
import type { OptionalFormat } from './sniff.js';

const entryOf = { sharp: 'sharp', 'libheif-js': 'libheif-js/libheif-wasm/libheif.js' };
type PackageName = keyof typeof entryOf;

const packageOf: Record<OptionalFormat, PackageName> = { heic: 'libheif-js', avif: 'sharp', gif: 'sharp' };

/** The file that the package which decodes `format` is loaded from. */
export function decoderOf(format: OptionalFormat, resolve: (name: string) => string = require.resolve): string {
  const name = packageOf[format];
  try {
    return resolve(entryOf[name]);
  } catch (error) {
    throw unavailable(format, `which is not installed. Install it: npm install ${name}`, error);
  }
}

/** The error of an image whose decoder cannot be had. */
export function unavailable(format: OptionalFormat, why: string, cause: unknown): FaceDetectorError {
  const message = `${format.toUpperCase()} is read by the package ${packageOf[format]}, ${why}`;
  return new FaceDetectorError('UNSUPPORTED_FORMAT', message, { cause });
}
