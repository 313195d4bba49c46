import type { DetectCallOptions } from '../../library/detect-options.js';
import type { Detection, Timings } from '../../library/detection.js';
import type { ModelName } from '../../library/model-catalog.js';
import { shortMs } from '../../library/slots.js';
import type { Config } from '../config.js';
import { shortSearchBytes } from '../worker-memory.js';
import type { Seat } from './admission.js';
import { searchCostMs } from './search-cost.js';
import type { Service } from './service.js';
import { deadline, unlessAborted } from './signals.js';

/** An image, and what a request wants of it. */
export interface Wish<Options extends DetectCallOptions> {
  image: Buffer;
  /** Path of the request's route. */
  route: string;
  options: Options;
}

type Picture = ReturnType<Service['probe']>;

type SearchingService = Pick<Service, 'config' | 'metrics' | 'probe' | 'watch'> & {
  detector: Pick<Service['detector'], 'model'>;
};

/** About how many milliseconds a search takes, by its header; more than a short one where it takes more memory than those may. */
function costOf(config: Config, picture: Picture, model: ModelName, options: DetectCallOptions): number {
  if (picture.width * picture.height > config.maxPixels) return 0; // refused at once
  const { minFaceSize = config.minFaceSize, maxSide = config.maxSide } = options;
  const cost = searchCostMs(picture, model, { ...options, minFaceSize, maxSide });
  return picture.peakBytesWithAlpha > shortSearchBytes ? Math.max(cost, shortMs + 1) : cost;
}

/**
 * Searches an image by a call of the detector (`find`), which gets the options with a signal in them, within the deadline of a request
 * (DEADLINE) and as long as its client is there (`gone`). Both stop the native work and reject at once; the seat stays taken until that
 * has ended. Searches that take long let short ones go first.
 * Throws IMAGE_QUARANTINED for an image that has taken workers down, and what its header alone shows to be wrong.
 */
export function search<T extends Detection, Options extends DetectCallOptions>(
  { config, detector, metrics, probe, watch }: SearchingService,
  { image, route, options }: Wish<Options>,
  find: (image: Buffer, options: Options) => Promise<T>,
  gone: AbortSignal,
  seat: Seat,
): Promise<T> {
  const costMs = costOf(config, probe(image), options.model ?? detector.model, options);
  const watched = watch.admit(image, `${route} ${JSON.stringify(options)}`);
  const late = deadline('the search', config.requestTimeoutMs);
  const signal = AbortSignal.any([gone, late.signal]);
  const native = find(image, { ...options, costMs, signal, onStart: watched.begin }).finally(() => late.stop());
  seat.holdUntil(native);
  native.then(
    (detection) => {
      watched.end(true);
      metrics.searched(detection);
    },
    () => watched.end(false),
  );
  return unlessAborted(native, signal);
}

/** A `Server-Timing` header: milliseconds of waiting for a slot, of each stage and of all. */
export function serverTiming(timings: Timings): string {
  return Object.entries(timings)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`)
    .join(', ');
}
