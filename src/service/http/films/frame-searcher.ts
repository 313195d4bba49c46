import type { DetectCallOptions } from '../../../library/detect-options.js';
import type { FaceDetector } from '../../../library/detector.js';
import type { ImageInput, RawPixels } from '../../../library/input.js';
import { watchedSearch } from '../search.js';
import { searchCostMs } from '../search-cost.js';
import type { Service } from '../service.js';
import { unrecorded } from '../tracing.js';

/** Milliseconds by which frames queue behind pictures that come later: nobody waits for one frame as for one picture. */
export const frameDelayMs = 1000;

/** Whose film it is. */
export interface SearchedFilm {
  sha256: string;
  /** As admission counts clients. */
  client: string;
  /** Of the request: its route and options. */
  requestKey: string;
  /** Aborts when the client disconnects, or the film has taken too long. */
  signal: AbortSignal;
}

/**
 * Stands for the detector where a film's frames are searched: one at a time, each with a seat of its own in the waiting room, behind the
 * pictures of others.
 */
export function frameSearcher(
  service: Pick<Service, 'config' | 'metrics' | 'watch' | 'admission' | 'detector'>,
  { sha256, client, requestKey, signal: clientSignal }: SearchedFilm,
): Pick<FaceDetector, 'detect' | 'slots'> {
  const { config, watch, admission, detector } = service;
  let frame = 0;
  return {
    slots: 0,
    detect(image: ImageInput, options: DetectCallOptions = {}) {
      const { minFaceSize = config.minFaceSize, maxSide = config.maxSide, model = detector.model } = options;
      const costMs = frameDelayMs + searchCostMs(image as RawPixels, model, { ...options, minFaceSize, maxSide });
      const key = `${requestKey} ${frame++}`;
      return admission.withSeatWhenFree(client, clientSignal, (seat) => {
        const search = (how: DetectCallOptions) => detector.detect(image, { ...options, ...how, costMs });
        const watched = watch.admitHash(sha256, key);
        return watchedSearch(service, watched, search, { clientSignal, seat, span: unrecorded });
      });
    },
  };
}
