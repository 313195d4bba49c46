import { fileURLToPath } from 'node:url';
import { isThere } from '../system/package-root.js';
import { FaceDetectorError } from './face-detector-error.js';

// PATH_MAX of Linux, the longest of the systems that are supported.
const longestPath = 4096;
// What is shorter may be the name of a file; 1 x 1 pixels are longer in every format.
const shortestBase64 = 40;
// JPEG, PNG, WebP, BMP, TIFF, GIF, HEIF and AVIF.
const beginning = /^(\xff\xd8\xff|\x89PNG|RIFF|BM|II\*\0|MM\0\*|GIF8|.{4}ftyp)/s;

function refuse(what: string, remedy: string): never {
  throw new FaceDetectorError('INVALID_OPTION', `the image is ${what}, not the path of a file: ${remedy}`);
}

function isBase64(text: string): boolean {
  return /^[\w+/=\s-]+$/.test(text) && beginning.test(Buffer.from(text.slice(0, 24), 'base64').toString('latin1'));
}

/** Throws FaceDetectorError INVALID_OPTION for an image as text (a data URL, or base64) instead of a path, without repeating it. */
export function refuseImageText(text: string): void {
  if (/^data:/i.test(text)) refuse('a data URL', 'decode it first, by Buffer.from(url.split(",")[1], "base64")');
  if (text.length < shortestBase64 || !isBase64(text)) return;
  if (text.length <= longestPath && isThere(text)) return;
  refuse('base64 text', 'decode it first, by Buffer.from(text, "base64"), or base64 -d in a shell');
}

/**
 * The path that `text`, a path or a file URL, stands for. Throws as refuseImageText, and for what no file can be called, such as the bytes
 * of an image read as characters.
 */
export function imagePath(text: string): string {
  if (text.startsWith('file://')) return fileURLToPath(text);
  refuseImageText(text);
  if (text.length > longestPath || text.includes('\0'))
    refuse(`a text of ${text.length} characters`, 'pass its bytes, as a Buffer');
  return text;
}
