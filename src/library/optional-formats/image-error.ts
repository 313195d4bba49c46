import { asFaceDetectorError, FaceDetectorError } from '../face-detector-error.js';
import { decoderOf } from './packages.js';
import { type OptionalFormat, optionalFormats } from './sniff.js';

function isReadHere(format: OptionalFormat): boolean {
  try {
    decoderOf(format);
    return true;
  } catch {
    return false;
  }
}

/**
 * An error of native code about an image. UNSUPPORTED_FORMAT names the formats that native code reads, and gets those
 * that the optional packages read here.
 */
export function imageError(error: unknown): FaceDetectorError {
  const known = asFaceDetectorError(error);
  const others = known.code === 'UNSUPPORTED_FORMAT' ? optionalFormats.filter(isReadHere) : [];
  if (others.length === 0) return known;
  const names = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(others.map((name) => name.toUpperCase()));
  return new FaceDetectorError(known.code, `${known.message}; also ${names}`, { cause: error });
}
