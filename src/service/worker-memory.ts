/** The settings of the service that its memory depends on (config.ts has them). */
export interface MemorySettings {
  waitingBytes: number;
  maxPixels: number;
  slots: number;
}

const megabyte = 2 ** 20;

// Measured on Linux x64 (docs/OPERATIONS.md): a worker with mtcnn that has searched, what a search takes beside its picture, and the
// primary, whose copies of metrics and log lines are small.
const workerBytes = 130 * megabyte;
const searchBytes = 40 * megabyte;
const primaryBytes = 80 * megabyte;

/** Most bytes that decoding takes for a search which may run beside a long one: those of a JPEG of 12 megapixels, and 12 more. */
export const shortSearchBytes = 48 * megabyte;

/** Most bytes that decoding takes for each pixel of MAX_PIXELS: what would take more is refused by its header. */
const bytesPerPixel = 12;

/**
 * Most bytes that one worker takes: itself, the bodies and answers that wait in it, for each slot the decoding of the largest image and its
 * search, and a short search beside them.
 */
export function workerPeakBytes({ waitingBytes, maxPixels, slots }: MemorySettings): number {
  return (
    workerBytes + waitingBytes + slots * (searchBytes + bytesPerPixel * maxPixels) + searchBytes + shortSearchBytes
  );
}

/** How many workers fit into so many bytes, at least 1. */
export function workersIn(bytes: number, settings: MemorySettings): number {
  return Math.max(1, Math.floor((bytes - primaryBytes) / workerPeakBytes(settings)));
}

/** Most bytes that the whole service takes. */
export function servicePeakBytes(config: MemorySettings & { workers: number }): number {
  return primaryBytes + config.workers * workerPeakBytes(config);
}
