// So that the published types know Symbol.asyncDispose, whatever `lib` their user has.
/// <reference lib="esnext.disposable" preserve="true" />
import { availableParallelism } from 'node:os';
import { type ErrorCode, FaceDetectorError } from './errors.js';
import { type ImageInput, type ImageReader, imageReader } from './input.js';
import { loadModelFiles, type ModelName, modelFacts, modelNames } from './models.js';
import {
  type EngineChoice,
  type EngineName,
  engineChoices,
  loadAddon,
  maxThreads,
  type NativeDetection,
  type NativeDetector,
  type NativeOptions,
  type NativeRender,
} from './native.js';
import { checkOptions, type DetectOptions, resolveOptions, shown } from './options.js';
import {
  type AnnotateOptions,
  type Crops,
  type CropsOptions,
  type EncodedBytes,
  type Picture,
  type PictureKind,
  type RedactOptions,
  resolveRender,
} from './pictures.js';
import { type Activity, Slots } from './slots.js';

/** Settings of a detector; detection options given here are the defaults of every call. */
export interface CreateOptions extends DetectOptions {
  /** `mtcnn` (default) needs its weights (`npx opencv-face-detector models fetch`), `haar` comes with OpenCV. */
  model?: ModelName | undefined;
  /** Folder of the weights; default: `models` in this package. */
  modelsDir?: string | undefined;
  /**
   * What runs the networks of `mtcnn`: `opencv`, OpenCV's dnn module; `fused`, kernels made for these networks, several
   * times faster; `auto` (default), `fused` if a trial on loading finds its answers equal to OpenCV's within 1e-4.
   */
  engine?: EngineChoice | undefined;
  /**
   * Images searched at the same time, each on one thread of Node's pool: from 1 to one below the pool's size (4 unless
   * UV_THREADPOOL_SIZE says otherwise), which files and names share. Default 2, or 1 on a single core.
   */
  slots?: number | undefined;
  /**
   * Threads that share the search of one image (`mtcnn` only): 1 (default) to 64. They make each answer quicker, not more of
   * them: `slots` x `threads` beyond the cores gains nothing and is not refused.
   */
  threads?: number | undefined;
}

export interface DetectCallOptions extends DetectOptions {
  /** Stops the search; the promise rejects with the signal's reason once the native run has ended. */
  signal?: AbortSignal | undefined;
  /** Called when the call has its slot, just before native code gets the image; not where it ends before. */
  onStart?: (() => void) | undefined;
}

/** Pixels of the displayed image (EXIF orientation applied): origin top left, x to the right, y down. */
export interface Point {
  x: number;
  y: number;
}

export interface Box extends Point {
  width: number;
  height: number;
}

/** Left is the viewer's left. Points are not clipped to the image. */
export interface Landmarks {
  leftEye: Point;
  rightEye: Point;
  nose: Point;
  mouthLeft: Point;
  mouthRight: Point;
}

export interface Face {
  box: Box;
  /** 0 to 1. */
  confidence: number;
  /** Absent where the model finds none (haar). */
  landmarks?: Landmarks;
}

/** Milliseconds: waiting for a slot, each stage of the model, making pictures (render, encode), and all of the call. */
export interface Timings {
  queue: number;
  decode: number;
  total: number;
  [stage: string]: number;
}

export interface Detection {
  model: ModelName;
  /** Size of the displayed image in pixels. */
  image: { width: number; height: number };
  faces: Face[];
  timings: Timings;
}

// Jobs in flight. A process that exits waits for the threads of its pool, so it cancels them.
const running = new Set<() => void>();
let watchesExit = false;

function cancelJobsOnExit(): void {
  if (watchesExit) return;
  watchesExit = true;
  process.once('exit', () => {
    for (const cancel of running) cancel();
  });
}

function toFaceDetectorError(error: unknown): unknown {
  const { code, message } = error as { code?: ErrorCode; message?: string };
  return new FaceDetectorError(code ?? 'INTERNAL', message ?? String(error), { cause: error });
}

function check(isRight: boolean, name: string, expected: string, value: unknown): void {
  if (!isRight) throw new FaceDetectorError('INVALID_OPTION', `${name} must be ${expected}, got ${shown(value)}`);
}

/** By what is used of it: it may come from another realm. */
function isSignal(value: Partial<AbortSignal> | null): boolean {
  return typeof value?.throwIfAborted === 'function' && typeof value.addEventListener === 'function';
}

/** Jobs on every thread of Node's pool would hold up all reading of files and looking up of names. */
function checkSlots(slots: number | undefined): number {
  const { UV_THREADPOOL_SIZE: poolSize = '4' } = process.env;
  const most = Math.max(Number.parseInt(poolSize, 10) - 1 || 1, 1);
  if (slots === undefined) return Math.min(availableParallelism(), 2, most);
  const isRight = Number.isInteger(slots) && slots >= 1 && slots <= most;
  const pool = `below the ${poolSize} threads of Node's pool (start Node with a larger UV_THREADPOOL_SIZE for more)`;
  check(isRight, 'slots', `an integer from 1 to ${most}, ${pool}`, slots);
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
  readonly model: ModelName;
  /** Version of the OpenCV library that the addon was built with. */
  readonly opencvVersion: string;
  /** What runs the networks. */
  readonly engine: EngineName;
  /** Why this engine: asked for, or what its trial on loading showed. */
  readonly engineReason: string;
  readonly #native: NativeDetector;
  readonly #slots: Slots;
  readonly #defaults: DetectOptions;
  readonly #hasLandmarks: boolean;

  private constructor(
    native: NativeDetector,
    model: ModelName,
    opencvVersion: string,
    slots: number,
    defaults: DetectOptions,
  ) {
    this.#native = native;
    this.engine = native.engine;
    this.engineReason = native.engineReason;
    this.model = model;
    this.opencvVersion = opencvVersion;
    this.#slots = new Slots(slots);
    this.#defaults = defaults;
    this.#hasLandmarks = modelFacts(model).landmarks;
  }

  /**
   * Loads the addon and the weights, whose SHA-256 is checked.
   * Rejects with FaceDetectorError INVALID_OPTION, ADDON_MISSING, MODEL_MISSING, MODEL_INVALID or OUT_OF_MEMORY.
   */
  static async create(options: CreateOptions = {}): Promise<FaceDetector> {
    check(typeof options === 'object' && options !== null, 'options', 'an object', options);
    const { model = 'mtcnn', modelsDir, engine = 'auto', slots, threads = 1, ...defaults } = options;
    check(modelNames.includes(model), 'model', `one of ${modelNames.join(', ')}`, model);
    check(modelsDir === undefined || typeof modelsDir === 'string', 'modelsDir', 'the path of a folder', modelsDir);
    check(engineChoices.includes(engine), 'engine', `one of ${engineChoices.join(', ')}`, engine);
    checkOptions(defaults);
    const slotCount = checkSlots(slots);
    checkThreads(threads);
    const addon = loadAddon();
    cancelJobsOnExit();
    const files = await loadModelFiles(model, modelsDir);
    const native = await addon.load(model, files, engine, threads).catch((error: unknown) => {
      throw toFaceDetectorError(error);
    });
    return new FaceDetector(native, model, addon.opencvVersion, slotCount, defaults);
  }

  /**
   * Finds the faces on one image, surest first.
   *
   * Rejects with FaceDetectorError (its `code` is stable): INVALID_OPTION, UNSUPPORTED_FORMAT, EMPTY_IMAGE, CORRUPT_IMAGE,
   * TRUNCATED_IMAGE, TOO_MANY_PIXELS, OUT_OF_MEMORY, CLOSED, INTERNAL; with the file system's error where a file cannot be
   * read; and with `signal.reason` after an abort: at once while waiting for a slot, else when the native run has ended.
   */
  async detect(input: ImageInput, options: DetectCallOptions = {}): Promise<Detection> {
    return (await this.#run(input, options)).detection;
  }

  /**
   * The image with its faces drawn on it: boxes, points, confidences. Like all pictures it is upright (EXIF orientation applied),
   * in 8-bit colour, without metadata and colour profile; alpha is kept in PNG and WebP, JPEG shows it on white.
   *
   * Rejects as `detect`, and with INVALID_OPTION where the picture has more pixels a side than its format can have (JPEG 65500,
   * WebP 16383).
   */
  annotate(input: ImageInput, options: AnnotateOptions = {}): Promise<Picture> {
    return this.#picture(input, options, 'annotate');
  }

  /**
   * The image with the faces that `detect` finds hidden: 4 samples are left across each, or with `fill` nothing. Faces that
   * are not found are not hidden. Rejects as `annotate`.
   */
  redact(input: ImageInput, options: RedactOptions = {}): Promise<Picture> {
    return this.#picture(input, options, 'redact');
  }

  /**
   * A picture of each face, aligned for recognisers or cut out plainly. Rejects as `annotate`, and with INVALID_OPTION where the
   * crops together have more than `maxPixels`.
   */
  async crops(input: ImageInput, options: CropsOptions = {}): Promise<Crops> {
    const { detection, format, pictures } = await this.#run(input, options, 'crops');
    const faces = detection.faces.map((face, i) => ({ ...face, crop: pictures[i] as Crops['faces'][number]['crop'] }));
    return { ...detection, format, faces };
  }

  /** How many calls run and wait now, and for how long. */
  get activity(): Activity {
    return this.#slots.activity;
  }

  /** Refuses waiting and later calls with code CLOSED; resolves when the running ones have ended. */
  close(): Promise<void> {
    return this.#slots.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #picture(input: ImageInput, options: DetectCallOptions, kind: PictureKind): Promise<Picture> {
    const { detection, format, pictures } = await this.#run(input, options, kind);
    return { ...detection, format, data: pictures[0]?.data as EncodedBytes };
  }

  async #run(input: ImageInput, options: DetectCallOptions, kind?: PictureKind) {
    const called = performance.now();
    check(typeof options === 'object' && options !== null, 'options', 'an object', options);
    const { signal, onStart, ...rest } = options;
    check(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal);
    check(onStart === undefined || typeof onStart === 'function', 'onStart', 'a function', onStart);
    const render = kind && resolveRender(kind, rest, this.#hasLandmarks);
    if (!kind) checkOptions(rest);
    const nativeOptions = resolveOptions(this.#defaults, rest);
    const read = imageReader(input);
    return this.#slots.run(async () => {
      const started = performance.now();
      const found = await this.#search(read, nativeOptions, render, { signal, onStart }).catch((error: unknown) => {
        signal?.throwIfAborted(); // whatever the abort made fail, its reason is what the caller gets
        throw error;
      });
      signal?.throwIfAborted();
      const { width, height, faces, timings, format = 'png', pictures = [] } = found;
      const total = performance.now() - called;
      const detection: Detection = {
        model: this.model,
        image: { width, height },
        faces,
        timings: { queue: started - called, ...timings, total } as Timings,
      };
      return { detection, format, pictures };
    }, signal);
  }

  async #search(
    read: ImageReader,
    options: NativeOptions,
    render: NativeRender | undefined,
    { signal, onStart }: Pick<DetectCallOptions, 'signal' | 'onStart'>,
  ): Promise<NativeDetection> {
    const image = await read(signal);
    signal?.throwIfAborted();
    onStart?.();
    const { done, cancel } = this.#native.detect(image, options, render);
    running.add(cancel);
    signal?.addEventListener('abort', cancel);
    try {
      return await done;
    } catch (error) {
      throw toFaceDetectorError(error);
    } finally {
      running.delete(cancel);
      signal?.removeEventListener('abort', cancel);
    }
  }
}
