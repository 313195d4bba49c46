import { fileURLToPath } from 'node:url';
import { fileExists } from '../system/package-root.js';
import { FaceDetectorError } from './face-detector-error.js';

// PATH_MAX of Linux, the largest among the supported systems.
const maxPathLength = 4096;
// A shorter text may be a file name; even a 1 x 1 image is longer in every format.
const minBase64Length = 40;
// JPEG, PNG, WebP, BMP, TIFF, GIF, HEIF and AVIF.
const signatures = /^(\xff\xd8\xff|\x89PNG|RIFF|BM|II\*\0|MM\0\*|GIF8|.{4}ftyp)/s;

function refuse(what: string, remedy: string): never {
  throw new FaceDetectorError('INVALID_OPTION', `the image is ${what}, not the path of a file: ${remedy}`);
}

function isBase64(text: string): boolean {
  return /^[\w+/=\s-]+$/.test(text) && signatures.test(Buffer.from(text.slice(0, 24), 'base64').toString('latin1'));
}

/**
 * Throws FaceDetectorError INVALID_OPTION if an image was passed as text (a data URL or base64) instead of a path. The
 * message does not repeat the text.
 */
export function refuseImageText(text: string): void {
  if (/^data:/i.test(text)) refuse('a data URL', 'decode it first, by Buffer.from(url.split(",")[1], "base64")');
  if (text.length < minBase64Length || !isBase64(text)) return;
  if (text.length <= maxPathLength && fileExists(text)) return;
  refuse('base64 text', 'decode it first, by Buffer.from(text, "base64"), or base64 -d in a shell');
}

/**
 * The path in `text`, a path or a file URL. Throws as refuseImageText, and for what cannot be a file name, such as an
 * image's bytes read as characters.
 */
export function imagePath(text: string): string {
  if (text.startsWith('file://')) return fileURLToPath(text);
  refuseImageText(text);
  if (text.length > maxPathLength || text.includes('\0'))
    refuse(`a text of ${text.length} characters`, 'pass its bytes, as a Buffer');
  return text;
}
