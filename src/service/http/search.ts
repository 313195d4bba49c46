import type { DetectCallOptions } from '../../library/detect-options.js';
import type { Detection, Timings } from '../../library/detection.js';
import type { ModelName } from '../../library/model-catalog.js';
import { shortMs } from '../../library/slots.js';
import type { Config } from '../config.js';
import { shortSearchBytes } from '../worker-memory.js';
import type { Seat } from './admission.js';
import { searchCostMs } from './search-cost.js';
import type { Watched } from './search-watch.js';
import type { Service } from './service.js';
import { deadline, unlessAborted } from './signals.js';
import type { Span } from './tracing.js';

type Detector = Service['detector'];

/** A method of the detector. */
export type SearchMethod = 'detect' | 'annotate' | 'redact' | 'crops' | 'crop' | 'focalPoint';

/** One request's search. */
export interface SearchRequest<Method extends SearchMethod> {
  image: Buffer;
  /** Path of the request's route. */
  route: string;
  options: NonNullable<Parameters<Detector[Method]>[1]>;
  /** Aborts when the client disconnects, or when the batch that the request belongs to has ended. */
  clientSignal: AbortSignal;
  /** Held until the native work has ended. */
  seat: Seat;
  /** Of the request: the search gets a span of its own in it, with one for each stage. */
  span: Span;
}

type Picture = ReturnType<Service['probe']>;

type SearchingService<Method extends SearchMethod> = Pick<Service, 'config' | 'metrics' | 'probe' | 'watch'> & {
  detector: Pick<Detector, Method | 'model'>;
};

/**
 * Estimated milliseconds of a search, from the image's header; never counts as short if decoding needs too much memory
 * for that.
 */
function costOf(config: Config, picture: Picture, model: ModelName, options: DetectCallOptions): number {
  if (picture.width * picture.height > config.maxPixels) return 0; // refused at once
  const { minFaceSize = config.minFaceSize, maxSide = config.maxSide } = options;
  const cost = searchCostMs(picture, model, { ...options, minFaceSize, maxSide });
  return picture.peakBytesWithAlpha > shortSearchBytes ? Math.max(cost, shortMs + 1) : cost;
}

/**
 * Runs a detector method within REQUEST_TIMEOUT_MS (rejects with DEADLINE) and while the client is connected; otherwise
 * stops the native work and rejects at once. Long searches let short ones go first.
 * Throws IMAGE_QUARANTINED for an image that has crashed workers, and errors that the image's header already shows.
 */
export function search<Method extends SearchMethod>(
  service: SearchingService<Method>,
  method: Method,
  { image, route, options, ...request }: SearchRequest<Method>,
): ReturnType<Detector[Method]> {
  const { config, detector, probe, watch } = service;
  const costMs = costOf(config, probe(image), options.model ?? detector.model, options);
  const watched = watch.admit(image, `${route} ${JSON.stringify(options)}`);
  // The options are those of the method, whose types would have to be matched here for each of them.
  const call = (detector[method] as (bytes: Buffer, options: object) => Promise<Detection>).bind(detector);
  const found = watchedSearch(service, watched, (how) => call(image, { ...options, ...how, costMs }), request);
  return found as ReturnType<Detector[Method]>;
}

/** Runs what `start` starts like `search`, for bytes that `watched` admits. */
export function watchedSearch(
  { config, metrics }: Pick<Service, 'config' | 'metrics'>,
  watched: Watched,
  start: (how: Pick<DetectCallOptions, 'signal' | 'onStart'>) => Promise<Detection>,
  { clientSignal, seat, span }: Pick<SearchRequest<'detect'>, 'clientSignal' | 'seat' | 'span'>,
): Promise<Detection> {
  const late = deadline('the search', config.requestTimeoutMs);
  const signal = AbortSignal.any([clientSignal, late.signal]);
  const native = start({ signal, onStart: watched.begin }).finally(() => late.stop());
  seat.holdUntil(native);
  native.then(
    (detection) => {
      watched.end(true);
      metrics.searched(detection);
    },
    () => watched.end(false),
  );
  return span.run('search', async (own) => {
    const detection = await unlessAborted(native, signal);
    own.addStages(detection.timings);
    return detection;
  });
}

/** A `Server-Timing` header: milliseconds of waiting for a slot, of each stage, and in total. */
export function serverTiming(timings: Timings): string {
  return Object.entries(timings)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(2)}`)
    .join(', ');
}
