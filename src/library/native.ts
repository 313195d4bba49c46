import type { Landmarks } from './detection.js';

/** The .node file as TypeScript sees it: native/addon implements this, and only this file and detector.ts know it. */
export interface NativeAddon {
  readonly opencvVersion: string;
  /** What native code takes at most or least; the tables here have the same (a test compares them). */
  readonly limits: { leastFaceSize: number; mostThreads: number };
  load(
    model: string,
    files: Record<string, Uint8Array>,
    engine: EngineChoice,
    threads: number,
  ): Promise<NativeDetector>;
  /**
   * What the header of an encoded image says, at once: microseconds for ordinary files, under 5 ms for any of 20 MB. Throws an
   * error with the `code` that `detect` would reject with, where the header alone shows it: UNSUPPORTED_FORMAT, EMPTY_IMAGE,
   * CORRUPT_IMAGE. `bytes` may not be of a SharedArrayBuffer.
   */
  probe(bytes: Uint8Array): NativeProbe;
  /**
   * From now on, jobs end as soon as they can when this thread's environment is torn down, which else waits for them. Throws an error
   * with the code OUT_OF_MEMORY where the system gives no thread to watch it by.
   */
  cancelJobsAtTeardown(): void;
}

export interface NativeProbe {
  format: 'jpeg' | 'png' | 'webp' | 'bmp' | 'tiff' | 'pnm';
  /** Pixels of the image as displayed. */
  width: number;
  height: number;
  /** The most memory that decoding takes for a search, beside the file itself; without `fastDecode`, which takes less. */
  peakBytes: number;
  /** The same for a picture made of the image, which keeps its alpha. */
  peakBytesWithAlpha: number;
}

/** What runs MTCNN's networks: OpenCV's dnn module, or kernels made for them. */
export const engineChoices = ['auto', 'opencv', 'fused'] as const;
export type EngineChoice = (typeof engineChoices)[number];
export type EngineName = Exclude<EngineChoice, 'auto'>;

/** Of an image: more would find nothing to do, an ordinary photograph gives some twenty parts at a time. */
export const maxThreads = 64;

export interface NativeDetector {
  readonly engine: EngineName;
  /** Why this one, as a sentence without a stop. */
  readonly engineReason: string;
  detect(image: NativeInput, options: NativeOptions, render?: NativeRender): NativeRun;
  /** Frees the model once running jobs have ended; nothing else may be used from then on. */
  close(): void;
}

/** `done` settles when the native run has ended, also after `cancel`, then with code ABORTED. */
export interface NativeRun {
  done: Promise<NativeDetection>;
  cancel: () => void;
}

/** Encoded bytes, or pixels. */
export type NativeInput = Uint8Array | NativePixels;

/** Raw pixels; `data` is borrowed until the run has ended. */
export interface NativePixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
  isRgb: boolean;
}

/** Every field is required; 0 means "no limit" for maxFaces, maxSide and maxCpuMs. */
export interface NativeOptions {
  minFaceSize: number;
  pnetThreshold: number;
  rnetThreshold: number;
  onetThreshold: number;
  scaleFactor: number;
  maxFaces: number;
  maxSide: number;
  sortByArea: boolean;
  clip: boolean;
  maxPixels: number;
  maxCpuMs: number;
  acceptTruncated: boolean;
  fastDecode: boolean;
}

/** What to make of the image and its faces. `own` is the image's own format or else PNG; 0 is the default of quality and size. */
export type NativeRender = { format: 'own' | 'jpeg' | 'png' | 'webp'; quality: number } & (
  | { what: 'annotate'; landmarks: boolean; scores: boolean }
  | { what: 'redact'; mode: 'blur' | 'pixelate' | 'fill'; shape: 'ellipse' | 'box'; margin: number }
  | { what: 'crops'; align: boolean; size: number; margin: number }
);

export interface NativeDetection {
  width: number;
  height: number;
  /** Both only where something was rendered: one picture, of crops one for each face. */
  format?: 'jpeg' | 'png' | 'webp';
  pictures?: { width: number; height: number; data: Uint8Array }[];
  faces: {
    box: { x: number; y: number; width: number; height: number };
    confidence: number;
    landmarks?: Landmarks;
  }[];
  timings: Record<string, number>;
  /** Only where the image is not whole and `acceptTruncated` takes it. */
  warnings?: { code: 'TRUNCATED_IMAGE' | 'CORRUPT_IMAGE'; message: string }[];
}
