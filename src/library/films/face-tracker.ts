import { isSignal } from '../abort.js';
import { check, checkOptions, type DetectOptions } from '../detect-options.js';
import type { Face } from '../detection.js';
import type { FaceDetector } from '../detector.js';
import type { ModelName } from '../model-catalog.js';
import { Changes } from './changes.js';
import type { FilmSource } from './film-source.js';
import { type Frame, framesOf } from './frames.js';
import { trackingTable } from './tracking-options.js';
import { type TrackedFace, Tracks } from './tracks.js';

/** How to search and follow; with the options of a search, which hold for every frame. */
export interface TrackerOptions extends Omit<DetectOptions, 'orientation' | 'fastDecode' | 'truncated'> {
  model?: ModelName | undefined;
  /**
   * Search every frame (1, the default), every n-th, or `change`: where the picture differs from the last one that was searched, and at
   * least once a second. Boxes between are predicted; a face that comes meanwhile is seen later.
   */
  searchEvery?: number | 'change' | undefined;
  /** Seconds for which a face that is not found is followed, 0 to 10. Default 1. */
  maxGap?: number | undefined;
}

export interface TrackOptions {
  /** Ends the film; the loop throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Leave out pictures, and count them, rather than fall behind. Default: true for cameras and for rtsp:, rtmp:, udp: and srt:.
   */
  isLive?: boolean | undefined;
  /** Seconds to wait for a picture before the loop throws FILM_STALLED, 1 to 3600. Default 30. */
  stallTimeout?: number | undefined;
  /** Gets ffmpeg's messages if parts of the film were damaged, at its end. */
  onDamage?: ((messages: readonly string[]) => void) | undefined;
}

/** What a film shows at one moment. */
export interface TrackedFrame {
  /** Seconds since the beginning. */
  time: number;
  /** Pixels. */
  width: number;
  height: number;
  /** In the order in which they were first found. */
  faces: TrackedFace[];
  /** Whether the detector searched this frame. */
  isSearched: boolean;
  /** Whether another scene begins here: no face keeps its id over a cut. */
  isCut: boolean;
  /** How many pictures of a live source have been left out so far. */
  dropped: number;
}

/** What the detector says of a frame; the tracks are made of these in order. */
interface Looked {
  frame: Frame;
  isCut: boolean;
  faces: Promise<Face[]> | undefined;
}

/** A detector, or what stands for one. `slots`: how many frames are searched while an earlier one is waited for. */
export type Searcher = Pick<FaceDetector, 'detect' | 'slots'>;

// Changes of light so slow that no two pictures differ: a face may have come with them.
const longestStill = 1;

/**
 * Follows faces through films, cameras and streams.
 *
 * @example
 * const tracker = new FaceTracker(detector, { minFaceSize: 40 });
 * for await (const { time, faces } of tracker.track('film.mp4')) console.log(time, faces);
 */
export class FaceTracker {
  readonly #detector: Searcher;
  readonly #search: DetectOptions & { model?: ModelName | undefined };
  readonly #every: number | 'change';
  readonly #maxGap: number;

  /** Throws FaceDetectorError INVALID_OPTION for options of its own; those of a search are checked with the first frame. */
  constructor(detector: Searcher, options: TrackerOptions = {}) {
    check(typeof options === 'object' && options !== null, 'options', 'an object', options);
    const {
      searchEvery = trackingTable.searchEvery.default,
      maxGap = trackingTable.maxGap.default,
      ...search
    } = options;
    checkOptions({ searchEvery, maxGap }, trackingTable);
    this.#detector = detector;
    this.#search = { orientation: 'exif', ...search }; // whatever the detector's own default is
    this.#every = searchEvery;
    this.#maxGap = maxGap;
  }

  /**
   * The faces of each frame, in order. Frames are read as the loop asks for them, `detector.slots` searched at once, so that no more than a
   * few are in memory. One tracker serves any number of films at a time; ids are those of one call.
   *
   * Throws FaceDetectorError FFMPEG_MISSING, FILM_UNREADABLE, FILM_STALLED, and as `detector.detect`.
   */
  async *track(source: FilmSource, options: TrackOptions = {}): AsyncGenerator<TrackedFrame, void> {
    const { signal, isLive, stallTimeout = 30, onDamage } = options;
    check(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal);
    check(stallTimeout >= 1 && stallTimeout <= 3600, 'stallTimeout', 'a number from 1 to 3600', stallTimeout);
    const tracks = new Tracks(this.#maxGap);
    const frames = framesOf(source, { signal, isLive, stallMs: 1000 * stallTimeout, onDamage });
    for await (const { frame, isCut, faces } of ahead(this.#look(frames, signal), this.#detector.slots)) {
      if (isCut) tracks.cut();
      const { time, dropped, pixels } = frame;
      const { width, height } = pixels;
      const found = await faces;
      yield { time, width, height, faces: tracks.step(found, time, pixels), isSearched: !!found, isCut, dropped };
    }
  }

  /** Starts the search of each frame that is to be searched. */
  async *#look(frames: AsyncGenerator<Frame>, signal: AbortSignal | undefined): AsyncGenerator<Looked> {
    const changes = new Changes();
    let count = 0;
    let lastSearch = Number.NEGATIVE_INFINITY;
    for await (const frame of frames) {
      const isCut = changes.look(frame.pixels);
      const isDue =
        this.#every === 'change'
          ? changes.isChanged || frame.time - lastSearch >= longestStill
          : count % this.#every === 0;
      count++;
      if (!isDue && !isCut) {
        yield { frame, isCut, faces: undefined };
        continue;
      }
      lastSearch = frame.time;
      changes.searched();
      const { isRgb, ...pixels } = frame.pixels;
      const order = isRgb ? 'rgb' : 'bgr';
      const search = this.#detector.detect({ ...pixels, order } as Parameters<FaceDetector['detect']>[0], {
        ...this.#search,
        signal,
      });
      const faces = search.then((answer) => answer.faces);
      faces.catch(() => undefined); // thrown where it is awaited
      yield { frame, isCut, faces };
    }
  }
}

/** The same, with up to `count` of them begun before the first is taken. */
async function* ahead<T>(items: AsyncGenerator<T>, count: number): AsyncGenerator<T> {
  const begun: T[] = [];
  try {
    for await (const item of items) {
      begun.push(item);
      if (begun.length > count) yield begun.shift() as T;
    }
    yield* begun;
  } finally {
    await items.return(undefined);
  }
}
