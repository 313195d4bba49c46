/** The settings (config.ts) that determine the service's memory. */
export interface MemorySettings {
  waitingBytes: number;
  maxPixels: number;
  slots: number;
  maxVideoBytes: number;
  maxVideoPixels: number;
}

const megabyte = 2 ** 20;

// Measured on Linux x64 (docs/OPERATIONS.md): a worker with mtcnn after a search, what a search needs besides its
// decoded image, and the primary, whose copies of metrics and log lines are small.
const workerBytes = 130 * megabyte;
const searchBytes = 40 * megabyte;
const primaryBytes = 80 * megabyte;

/**
 * Decoding limit, in bytes, for a search that may run beside a long one: a JPEG of 12 megapixels (36 MB) and 12 MB
 * more.
 */
export const shortSearchBytes = 48 * megabyte;

/** Most bytes that decoding needs per pixel of MAX_PIXELS: an image that needs more is refused by its header. */
const bytesPerPixel = 12;

// Measured on Linux x64 with ffmpeg 5.1 (docs/OPERATIONS.md): address space with its libraries, and pictures that refer to each other.
const decoderBytes = 384 * megabyte;
const decoderBytesPerPixel = 64;
/** Of a frame that is searched, and the next one that is read. */
const frameBytesPerPixel = 6;

/** Address space of an ffmpeg that decodes frames of so many pixels: what it may take at most. */
export const filmDecoderBytes = (pixels: number) => decoderBytes + decoderBytesPerPixel * pixels;

/** What the film that a worker may have takes beside pictures. */
function filmPeakBytes({ maxVideoBytes, maxVideoPixels, maxPixels }: Omit<MemorySettings, 'slots'>): number {
  if (maxVideoBytes === 0) return 0;
  const pixels = Math.min(maxVideoPixels, maxPixels);
  return filmDecoderBytes(pixels) + frameBytesPerPixel * pixels;
}

/**
 * Peak memory of one worker in bytes: the process, waiting bodies and answers, per slot a search with the largest
 * decoded image, one short search beside them, and a film where films are taken.
 */
export function workerPeakBytes(settings: MemorySettings): number {
  const { waitingBytes, maxPixels, slots } = settings;
  const searches = slots * (searchBytes + bytesPerPixel * maxPixels) + searchBytes + shortSearchBytes;
  return workerBytes + waitingBytes + searches + filmPeakBytes(settings);
}

/** How many workers fit into this many bytes; at least 1. */
export function workersIn(bytes: number, settings: MemorySettings): number {
  return Math.max(1, Math.floor((bytes - primaryBytes) / workerPeakBytes(settings)));
}

/** Peak memory of the whole service in bytes. */
export function servicePeakBytes(config: MemorySettings & { workers: number }): number {
  return primaryBytes + config.workers * workerPeakBytes(config);
}
