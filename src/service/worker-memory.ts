/** The settings (config.ts) that determine the service's memory. */
export interface MemorySettings {
  waitingBytes: number;
  maxPixels: number;
  slots: number;
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

/**
 * Peak memory of one worker in bytes: the process, waiting bodies and answers, per slot a search with the largest
 * decoded image, and one short search beside them.
 */
export function workerPeakBytes({ waitingBytes, maxPixels, slots }: MemorySettings): number {
  return (
    workerBytes + waitingBytes + slots * (searchBytes + bytesPerPixel * maxPixels) + searchBytes + shortSearchBytes
  );
}

/** How many workers fit into this many bytes; at least 1. */
export function workersIn(bytes: number, settings: MemorySettings): number {
  return Math.max(1, Math.floor((bytes - primaryBytes) / workerPeakBytes(settings)));
}

/** Peak memory of the whole service in bytes. */
export function servicePeakBytes(config: MemorySettings & { workers: number }): number {
  return primaryBytes + config.workers * workerPeakBytes(config);
}
