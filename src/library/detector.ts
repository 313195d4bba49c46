// Declares Symbol.asyncDispose for the published types, whatever `lib` their user has.
/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { isSignal, onAbort, throwIfAborted } from './abort.js';
import {
  check,
  checkMeasurable,
  checkOptions,
  type DetectCallOptions,
  type DetectOptions,
  resolveOptions,
  withoutLimits,
} from './detect-options.js';
import type { Box, Detection, Point, Timings } from './detection.js';
import { asFaceDetectorError } from './face-detector-error.js';
import { type ImageInput, type ImageReader, imageReader } from './input.js';
import { loadAddon } from './load-addon.js';
import { type LoadedModel, LoadedModels, namesToLoad } from './loaded-models.js';
import { type ModelName, modelFacts, scoreThresholdOf } from './model-catalog.js';
import {
  type EngineChoice,
  type EngineName,
  engineChoices,
  maxThreads,
  type NativeAddon,
  type NativeDetection,
  type NativeInput,
  type NativeRun,
} from './native.js';
import { decodeOptional } from './optional-formats/decode.js';
import type { DecodeOptions } from './optional-formats/decode-options.js';
import { imageError } from './optional-formats/image-error.js';
import {
  type AnnotateOptions,
  type CropOptions,
  type CroppedPicture,
  type Crops,
  type CropsOptions,
  type EncodedBytes,
  type Focus,
  focusOnly,
  type Picture,
  type PictureKind,
  type RedactOptions,
  resolveRender,
} from './render-options.js';
import { type Activity, closedError, Slots } from './slots.js';

/** Settings of a detector; detection options given here are the defaults of every call. */
export interface CreateOptions extends DetectOptions {
  /**
   * Detection model; default `mtcnn`. `haar` comes with OpenCV, the others need their weights (`npx opencv-face-detector models fetch
   * MODEL`).
   */
  model?: ModelName | undefined;
  /**
   * Models to load, any of which a call may name; they share `slots`. A call that names none uses `model`, or the first
   * of these.
   */
  models?: readonly ModelName[] | undefined;
  /** Folder of the weights; default: `models` in this package. */
  modelsDir?: string | undefined;
  /**
   * What runs the networks of `mtcnn` and `yunet`: `opencv`, OpenCV's dnn module; `fused`, kernels made for them, several
   * times faster; `auto` (default), `fused` if a self-check at loading finds its answers equal to OpenCV's within 1e-4.
   */
  engine?: EngineChoice | undefined;
  /**
   * Images searched at the same time, each on one thread of Node's pool: from 1 to one below the pool's size (4 unless
   * UV_THREADPOOL_SIZE says otherwise), which file reads and DNS lookups share. Default 2, or 1 on a single core.
   */
  slots?: number | undefined;
  /**
   * Threads that share the search of one image (`mtcnn` and `yunet`): 1 (default) to 64. Each answer comes sooner, throughput stays the
   * same: `slots` x `threads` beyond the cores is allowed and gains nothing.
   */
  threads?: number | undefined;
}

// Jobs in flight, cancelled on exit: a process waits for its pool threads before it exits.
const running = new Set<() => void>();
let watchesExit = false;

function cancelJobsOnExit(addon: NativeAddon): void {
  if (watchesExit) return;
  try {
    if (!isMainThread) addon.cancelJobsAtTeardown(); // terminate() emits no exit event in the thread
  } catch (error) {
    throw asFaceDetectorError(error);
  }
  watchesExit = true;
  process.once('exit', () => {
    for (const cancel of running) cancel();
  });
}

// Freed memory serves the next searches; what they do not need goes back to the system within this time.
const keepMemoryMs = 10_000;
let returning: NodeJS.Timeout | undefined;

function returnMemoryLater(): void {
  if (returning) return;
  returning = setTimeout(() => {
    returning = undefined;
    loadAddon()
      .returnMemory()
      .catch(() => {}); // no memory for the job itself: the next one tries again
  }, keepMemoryMs).unref();
}

/** Leaves one pool thread free: jobs on all of them would block file reads and DNS lookups. */
function checkSlots(slots: number | undefined): number {
  const { UV_THREADPOOL_SIZE: poolSize = '4' } = process.env;
  const max = Math.max(Number.parseInt(poolSize, 10) - 1 || 1, 1);
  if (slots === undefined) return Math.min(availableParallelism(), 2, max);
  const isRight = Number.isInteger(slots) && slots >= 1 && slots <= max;
  const pool = `below the ${poolSize} threads of Node's pool (start Node with a larger UV_THREADPOOL_SIZE for more)`;
  check(isRight, 'slots', `an integer from 1 to ${max}, ${pool}`, slots);
  return slots;
}

function checkThreads(threads: number): void {
  const isRight = Number.isInteger(threads) && threads >= 1 && threads <= maxThreads;
  check(isRight, 'threads', `an integer from 1 to ${maxThreads}`, threads);
}

/**
 * Finds faces off the event loop. One detector serves any number of calls; `slots` of them run at once, the others wait.
 *
 * @example
 * const detector = await FaceDetector.create();
 * const { faces } = await detector.detect('photo.jpg', { minFaceSize: 40 });
 * await detector.close();
 */
export class FaceDetector {
  /** The model of calls that name none. */
  readonly model: ModelName;
  /** What runs the networks of `model`. */
  readonly engine: EngineName;
  /** Why this engine: it was requested, or the result of the self-check at loading. */
  readonly engineReason: string;
  /** All loaded models, `model` first. */
  readonly models: readonly [LoadedModel, ...LoadedModel[]];
  /** Version of the OpenCV library that the addon was built with. */
  readonly opencvVersion: string;
  /** How many images it searches at the same time. */
  readonly slots: number;
  readonly #loaded: LoadedModels;
  readonly #slots: Slots;
  readonly #defaults: DetectOptions;
  readonly #closing = new AbortController();

  private constructor(loaded: LoadedModels, opencvVersion: string, slots: number, defaults: DetectOptions) {
    const [first] = loaded.list;
    this.model = first.name;
    this.engine = first.engine;
    this.engineReason = first.engineReason;
    this.models = loaded.list;
    this.#loaded = loaded;
    this.opencvVersion = opencvVersion;
    this.slots = slots;
    this.#slots = new Slots(slots);
    this.#defaults = defaults;
  }

  /**
   * Loads the addon and the weights, and checks the weights' SHA-256.
   * Rejects with FaceDetectorError INVALID_OPTION, ADDON_MISSING, MODEL_MISSING, MODEL_INVALID or OUT_OF_MEMORY.
   */
  static async create(options: CreateOptions = {}): Promise<FaceDetector> {
    check(typeof options === 'object' && options !== null, 'options', 'an object', options);
    const { model, models = [], modelsDir, engine = 'auto', slots, threads = 1, ...defaults } = options;
    const names = namesToLoad(model, models);
    check(modelsDir === undefined || typeof modelsDir === 'string', 'modelsDir', 'the path of a folder', modelsDir);
    check(engineChoices.includes(engine), 'engine', `one of ${engineChoices.join(', ')}`, engine);
    checkOptions(defaults);
    const slotCount = checkSlots(slots);
    checkThreads(threads);
    const addon = loadAddon();
    cancelJobsOnExit(addon);
    const loaded = await LoadedModels.load(addon, names, { modelsDir, engine, threads });
    return new FaceDetector(loaded, addon.opencvVersion, slotCount, defaults);
  }

  /**
   * Finds the faces in one image, most confident first.
   *
   * Rejects with FaceDetectorError (its `code` is stable): INVALID_OPTION, UNSUPPORTED_FORMAT, EMPTY_IMAGE,
   * CORRUPT_IMAGE, TRUNCATED_IMAGE, TOO_MANY_PIXELS, TOO_COSTLY, OUT_OF_MEMORY, CLOSED, INTERNAL; with the file system's
   * error if a file cannot be read; and with `signal.reason` after an abort: at once while waiting for a slot, otherwise
   * when the native run has ended.
   */
  async detect(input: ImageInput, options: DetectCallOptions = {}): Promise<Detection> {
    return (await this.#run(input, options)).detection;
  }

  /**
   * The image with its faces drawn on it: boxes, points, confidences. Like all pictures it is upright (EXIF orientation
   * applied), in 8-bit colour, without metadata and colour profile; alpha is kept in PNG and WebP, JPEG shows it on
   * white.
   *
   * Rejects as `detect`, and with INVALID_OPTION if the picture has more pixels than its format allows (JPEG 65500 a
   * side, WebP 16383 a side and 8 million in all).
   */
  annotate(input: ImageInput, options: AnnotateOptions = {}): Promise<Picture> {
    return this.#picture(input, options, 'annotate');
  }

  /**
   * The image with the faces that `detect` finds hidden: 4 samples are left across each, or none with `fill`. Faces
   * that are not found are not hidden. Rejects as `annotate`.
   */
  redact(input: ImageInput, options: RedactOptions = {}): Promise<Picture> {
    return this.#picture(input, options, 'redact');
  }

  /**
   * A picture of each face, aligned for recognisers or cut out plainly. Rejects as `annotate`, and with INVALID_OPTION
   * if the crops together have more than `maxPixels` or 25 million pixels, or are made from more than that and more
   * than eight times the image's pixels.
   */
  async crops(input: ImageInput, options: CropsOptions = {}): Promise<Crops> {
    const { detection, format, pictures } = await this.#run(input, options, 'crops');
    const faces = detection.faces.map((face, i) => ({ ...face, crop: pictures[i] as Crops['faces'][number]['crop'] }));
    return { ...detection, format, faces };
  }

  /**
   * One picture of the best part of the image in that proportion: all faces if they fit, else the group that takes most room, a single
   * face with its eyes a third from the top; without a face the middle. `crops` makes a picture of each face instead. Rejects as
   * `annotate`, and with INVALID_OPTION for a picture of more than 25 million pixels or `maxPixels`.
   */
  async crop(input: ImageInput, options: CropOptions): Promise<CroppedPicture> {
    const { detection, format, pictures, part, focalPoint } = await this.#run(input, options, 'crop');
    const { width, height, data } = pictures[0] as Crops['faces'][number]['crop'];
    return { ...detection, format, width, height, data, part: part as Box, focalPoint: focalPoint as Point };
  }

  /**
   * Where the faces are, as one point for the focal point of a CMS or CSS's `object-position`, without making a picture. Rejects as
   * `detect`.
   */
  async focalPoint(input: ImageInput, options: DetectCallOptions = {}): Promise<Focus> {
    const { detection, focalPoint } = await this.#run(input, options, 'focalPoint');
    return { ...detection, focalPoint: focalPoint as Point };
  }

  /** How many calls run and wait now, and for how long. */
  get activity(): Activity {
    return this.#slots.activity;
  }

  /**
   * Rejects waiting and later calls, and those still reading a pipe, with code CLOSED; resolves when the running ones
   * have ended and the memory is freed.
   */
  async close(): Promise<void> {
    this.#closing.abort(closedError());
    await this.#slots.close();
    this.#loaded.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #picture(input: ImageInput, options: DetectCallOptions, kind: PictureKind): Promise<Picture> {
    const { detection, format, pictures } = await this.#run(input, options, kind);
    return { ...detection, format, data: pictures[0]?.data as EncodedBytes };
  }

  async #run(input: ImageInput, options: DetectCallOptions, kind?: PictureKind | 'focalPoint') {
    const called = performance.now();
    check(typeof options === 'object' && options !== null, 'options', 'an object', options);
    const { signal, costMs, onStart, model = this.model, ...rest } = options;
    const native = this.#loaded.of(model);
    check(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal);
    check(costMs === undefined || (Number.isFinite(costMs) && costMs >= 0), 'costMs', 'a number from 0', costMs);
    check(onStart === undefined || typeof onStart === 'function', 'onStart', 'a function', onStart);
    const isPicture = kind !== undefined && kind !== 'focalPoint';
    if (!isPicture) checkOptions(rest);
    const render = isPicture ? resolveRender(kind, rest, modelFacts(model).landmarks) : kind && focusOnly;
    // Faces that the detector's own limits leave out are to be hidden as well.
    const defaults = kind === 'redact' ? withoutLimits(this.#defaults) : this.#defaults;
    const nativeOptions = resolveOptions(defaults, rest, scoreThresholdOf(model));
    checkMeasurable(nativeOptions, modelFacts(model).landmarks);
    const read = imageReader(input);
    return this.#slots.run(
      async () => {
        const started = performance.now();
        const start = (image: NativeInput, pictureFormat: 'own' | 'jpeg' | 'png') =>
          native.detect(image, nativeOptions, render?.format === 'own' ? { ...render, format: pictureFormat } : render);
        const { maxPixels } = nativeOptions;
        const decoding = { maxPixels, keepsAlpha: render !== undefined, signal };
        const found = await this.#search(read, start, decoding, onStart).catch((error: unknown) => {
          throwIfAborted(signal); // after an abort the caller gets its reason, whatever failed
          throw error;
        });
        throwIfAborted(signal);
        const {
          width,
          height,
          faces,
          turn,
          leftOut,
          timings,
          warnings,
          format = 'png',
          pictures = [],
          part,
          focalPoint,
        } = found;
        const total = performance.now() - called;
        const detection: Detection = {
          model,
          image: { width, height },
          faces,
          ...(turn !== undefined && { turn }),
          ...(leftOut !== undefined && { leftOut }),
          timings: { queue: started - called, ...timings, total } as Timings,
          ...(warnings && { warnings }),
        };
        return { detection, format, pictures, part, focalPoint };
      },
      signal,
      costMs,
    );
  }

  async #search(
    read: ImageReader,
    start: (image: NativeInput, pictureFormat: 'own' | 'jpeg' | 'png') => NativeRun,
    decoding: DecodeOptions,
    onStart: (() => void) | undefined,
  ): Promise<NativeDetection> {
    const { signal } = decoding;
    const image = await read(signal, this.#closing.signal);
    throwIfAborted(signal);
    onStart?.();
    const decoded = await decodeOptional(image, decoding);
    throwIfAborted(signal);
    const { pixels = image, pictureFormat = 'own', ms = 0 } = decoded ?? {};
    const { done, cancel } = start(pixels, pictureFormat);
    running.add(cancel);
    const stopListening = onAbort(signal, cancel);
    try {
      const { timings, ...found } = await done;
      return { ...found, timings: { ...timings, decode: (timings['decode'] ?? 0) + ms } };
    } catch (error) {
      throw imageError(error);
    } finally {
      running.delete(cancel);
      stopListening();
      returnMemoryLater();
    }
  }
}
