import { types } from 'node:util';
import { FaceDetectorError } from './face-detector-error.js';
import { imagePath } from './image-path.js';
import type { NativeInput, NativePixels } from './native.js';
import { readWhole } from './read-file.js';

/** Uncompressed pixels, row after row without gaps, 8 bits a channel. */
export interface RawPixels {
  /** `width * height * channels` bytes. Not copied: must not be changed or transferred until the call has settled. */
  data: Uint8Array | Uint8ClampedArray | ArrayBuffer;
  width: number;
  height: number;
  /** 1 gray, 3 colour, 4 colour and alpha (alpha is dropped). */
  channels: 1 | 3 | 4;
  /** Order of the colour channels; required with 3 or 4. The wrong order silently finds fewer faces. */
  order?: 'rgb' | 'bgr' | undefined;
}

/** The part of an `@u4/opencv4nodejs` Mat that is used; the package itself is never loaded. Channels are BGR. */
export interface MatLike {
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  /** 0 (CV_8UC1), 16 (CV_8UC3) or 24 (CV_8UC4). */
  readonly type: number;
  /** Bytes from one row to the next. */
  readonly step: number;
  getData(): Uint8Array;
  /** Needed for a region of another Mat, which getData rejects. */
  copy?: (() => MatLike) | undefined;
}

/**
 * An image: encoded bytes (JPEG, PNG, WebP, BMP, TIFF, PNM; HEIC, AVIF and GIF where
 * `libheif-js` and `sharp` are installed), the path or file URL of such a file (or of a pipe, which
 * is read to its end), raw pixels, or an OpenCV Mat.
 * Encoded bytes are copied when the job starts, and must not be changed until then.
 */
export type ImageInput = Uint8Array | ArrayBuffer | SharedArrayBuffer | string | URL | RawPixels | MatLike;

/**
 * Reads the image for the addon. Called once the job has its slot, so that waiting jobs hold no file in memory.
 * `signal` is the call's; `closing` aborts when the detector is closed, which ends a read that may never end, such as a
 * pipe that nobody writes to.
 */
export type ImageReader = (signal?: AbortSignal, closing?: AbortSignal) => Promise<NativeInput>;

function invalid(message: string, cause?: unknown): FaceDetectorError {
  return new FaceDetectorError('INVALID_OPTION', message, cause === undefined ? undefined : { cause });
}

// Not `instanceof`: jest and vitest run this code, or create the bytes, in a separate realm with its own classes.
const { isAnyArrayBuffer, isSharedArrayBuffer, isUint8Array, isUint8ClampedArray } = types;

/** Bytes whose memory is stable during a job: resizable or shared buffers are copied. */
function stableBytes(bytes: Uint8Array | Uint8ClampedArray | ArrayBuffer | SharedArrayBuffer): Uint8Array {
  if (bytes.byteLength === 0) return new Uint8Array(0); // also a transferred buffer, which no view can be made of
  const buffer: ArrayBufferLike & { resizable?: boolean } = isAnyArrayBuffer(bytes) ? bytes : bytes.buffer;
  const view = isAnyArrayBuffer(bytes)
    ? new Uint8Array(bytes)
    : new Uint8Array(buffer, bytes.byteOffset, bytes.byteLength);
  return isSharedArrayBuffer(buffer) || buffer.resizable ? view.slice() : view;
}

function isMat(value: object): value is MatLike {
  return typeof (value as MatLike).getData === 'function' && 'rows' in value && 'cols' in value;
}

function isRaw(value: object): value is RawPixels {
  return 'data' in value && 'width' in value && 'height' in value;
}

function checkRaw({ data, width, height, channels, order }: RawPixels): void {
  if (!(isAnyArrayBuffer(data) || isUint8Array(data) || isUint8ClampedArray(data))) {
    throw invalid('data of raw pixels must be a Uint8Array, Uint8ClampedArray or ArrayBuffer');
  }
  if (
    !Number.isInteger(width) ||
    !Number.isInteger(height) ||
    width < 1 ||
    height < 1 ||
    Math.max(width, height) > 2 ** 30
  ) {
    throw invalid(`width and height of raw pixels must be integers of at least 1, got ${width} and ${height}`);
  }
  if (![1, 3, 4].includes(channels)) throw invalid(`channels of raw pixels must be 1, 3 or 4, got ${channels}`);
  if (channels > 1 && order !== 'rgb' && order !== 'bgr') {
    throw invalid('raw pixels of 3 or 4 channels need an order, "rgb" or "bgr"');
  }
  if (data.byteLength !== width * height * channels) {
    throw invalid(
      `raw pixels of ${width} x ${height} with ${channels} channels are ${width * height * channels} bytes, got ${data.byteLength}`,
    );
  }
}

function readRaw(raw: RawPixels): NativePixels {
  checkRaw(raw);
  const { data, width, height, channels, order } = raw;
  return { data: stableBytes(data), width, height, channels, isRgb: order !== 'bgr' };
}

const channelsOfType = new Map([
  [0, 1],
  [16, 3],
  [24, 4],
]);

/** The rows of a Mat, `rowBytes` each, without gaps. */
function matBytes(mat: MatLike, rowBytes: number): Uint8Array {
  try {
    // getData rejects every region, even one without gaps between rows; there is no other way to tell.
    if (mat.step === rowBytes) return mat.getData();
  } catch (error) {
    if (!mat.copy) throw unreadable(error);
  }
  try {
    const whole = mat.copy?.();
    if (whole?.step === rowBytes) return whole.getData();
  } catch (error) {
    throw unreadable(error);
  }
  throw invalid('the rows of this Mat have gaps and it cannot be copied: pass a whole Mat');
}

/** opencv4nodejs throws strings. */
function unreadable(error: unknown): FaceDetectorError {
  return invalid(`the Mat cannot be read: ${String(error)}`, error);
}

function readMat(mat: MatLike): NativePixels {
  const channels = channelsOfType.get(mat.type);
  if (channels === undefined) {
    throw invalid(`a Mat must be of type CV_8UC1 (0), CV_8UC3 (16) or CV_8UC4 (24), got ${mat.type}`);
  }
  if (!(mat.rows > 0 && mat.cols > 0)) throw invalid('the Mat is empty, or has more than two dimensions');
  const bytes = mat.cols * mat.rows * channels;
  const data = matBytes(mat, mat.cols * channels);
  if (!isUint8Array(data) || data.byteLength < bytes) {
    throw invalid(
      `a Mat of ${mat.cols} x ${mat.rows} with ${channels} channels has ${bytes} bytes, got ${data?.byteLength ?? 0}`,
    );
  }
  return readRaw({
    data: data.subarray(0, bytes),
    width: mat.cols,
    height: mat.rows,
    channels: channels as 1 | 3 | 4,
    order: 'bgr',
  });
}

/** Duck-typed, since jsdom's URL is not Node's. */
function isUrl(value: unknown): value is URL {
  const { href, protocol } = Object(value) as Partial<URL>;
  return typeof href === 'string' && typeof protocol === 'string';
}

function filePath({ href, protocol }: URL): string {
  if (protocol !== 'file:' && protocol !== 'data:')
    throw invalid(`the image is a URL of ${protocol}, only file: is read`);
  return imagePath(href);
}

/** Returns a reader for `input`. Throws FaceDetectorError INVALID_OPTION if it cannot be an image. */
export function imageReader(input: ImageInput): ImageReader {
  if (typeof input === 'string' || isUrl(input)) {
    const file = typeof input === 'string' ? imagePath(input) : filePath(input);
    return (signal, closing) => readWhole(file, signal, closing);
  }
  if (isUint8Array(input) || isAnyArrayBuffer(input)) return async () => stableBytes(input);
  if (typeof input === 'object' && input !== null) {
    if (isMat(input)) return async () => readMat(input);
    if (isRaw(input)) {
      checkRaw(input); // report a wrong shape at once, not after waiting
      return async () => readRaw(input);
    }
  }
  throw invalid(
    'the image must be a Buffer, Uint8Array, ArrayBuffer, file path, file URL, { data, width, height, channels } or a Mat',
  );
}
