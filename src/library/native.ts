import type { Box, FaceQuality, Landmarks, Point } from './detection.js';

/** The .node file as TypeScript sees it, implemented by native/addon; only this file and detector.ts know it. */
export interface NativeAddon {
  readonly opencvVersion: string;
  /** Limits of native code; a test compares them with the tables here. */
  readonly limits: { minFaceSize: number; maxThreads: number };
  load(
    model: string,
    files: Record<string, Uint8Array>,
    engine: EngineChoice,
    threads: number,
  ): Promise<NativeDetector>;
  /**
   * Reads the header of an encoded image synchronously: microseconds for ordinary files, under 5 ms for any of 20 MB.
   * Throws an error with the `code` that `detect` would reject with if the header shows it: UNSUPPORTED_FORMAT,
   * EMPTY_IMAGE, CORRUPT_IMAGE. `bytes` must not be on a SharedArrayBuffer.
   */
  probe(bytes: Uint8Array): NativeProbe;
  /** Hides boxes on a frame of a film, in place. Rejects after a teardown only. */
  redactFrame(frame: NativeFrame): Promise<void>;
  /** Writes the pixels of a frame of a film as BGR into `bgr`. Throws TypeError for buffers of another size. */
  frameToBgr(frame: FramePixels & { isBt709: boolean; bgr: Uint8Array }): Promise<void>;
  /**
   * Gives the system the memory that searches have freed and the process keeps: up to 64 MB of pixels, and what malloc has. Takes some
   * milliseconds of a pool thread.
   */
  returnMemory(): Promise<void>;
  /**
   * From now on, jobs are cancelled when this thread's environment is torn down, which would otherwise wait for them.
   * Throws an error with code OUT_OF_MEMORY if the system cannot create the watching thread.
   */
  cancelJobsAtTeardown(): void;
}

export interface NativeProbe {
  format: 'jpeg' | 'png' | 'webp' | 'bmp' | 'tiff' | 'pnm';
  /** Pixels of the displayed image. */
  width: number;
  height: number;
  /**
   * Peak memory of decoding for a search, in bytes, besides the file itself; without `fastDecode`, which needs less.
   */
  peakBytes: number;
  /** The same when making a picture of the image, which keeps its alpha. */
  peakBytesWithAlpha: number;
}

/** What runs the networks of mtcnn and yunet: OpenCV's dnn module, or kernels made for them. */
export const engineChoices = ['auto', 'opencv', 'fused'] as const;
export type EngineChoice = (typeof engineChoices)[number];
export type EngineName = Exclude<EngineChoice, 'auto'>;

/**
 * Threads per image: more would find nothing to do, since an ordinary photograph yields some twenty parts at a time.
 */
export const maxThreads = 64;

export interface NativeDetector {
  readonly engine: EngineName;
  /** Why this engine, as a sentence without a full stop. */
  readonly engineReason: string;
  detect(image: NativeInput, options: NativeOptions, render?: NativeRender): NativeRun;
  /** Frees the model once running jobs have ended; the detector must not be used afterwards. */
  close(): void;
}

/** `done` settles when the native run has ended; after `cancel` it rejects with code ABORTED. */
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

/** A frame of a film, as native/core/image/yuv_frame.h says. */
export interface FramePixels {
  /** Planes of Y, U and V. Must not be touched until the call has settled. */
  data: Uint8Array;
  /** Pixels, up to 32768. */
  width: number;
  height: number;
}

/** What to hide on a frame, as native/core/render/redact_frame.h says; `data` is written to. */
export interface NativeFrame extends FramePixels {
  boxes: readonly Box[];
  mode: 'blur' | 'pixelate' | 'fill';
  shape: 'ellipse' | 'box';
  margin: number;
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
  findOrientation: boolean;
  faceQuality: boolean;
  /** Degrees, 180 for no limit. */
  maxRoll: number;
  /** Degrees, 90 for no limit. */
  maxYaw: number;
  /** 0 for no limit. */
  minSharpness: number;
}

/** The picture to make. `own` is the image's own format, or else PNG; 0 means the default quality or size. */
export type NativeRender = { format: 'own' | 'jpeg' | 'png' | 'webp'; quality: number } & (
  | { what: 'annotate'; landmarks: boolean; scores: boolean }
  | {
      what: 'redact';
      mode: 'blur' | 'pixelate' | 'fill';
      shape: 'ellipse' | 'box';
      margin: number;
      /** Whether `chosen` are left visible, or are the only ones hidden; `all` ignores them. */
      whom: 'all' | 'except' | 'only';
      chosen: readonly (number | Box)[];
      regions: readonly Box[];
    }
  | { what: 'crops'; align: boolean; size: number; margin: number }
  /** No picture if width and height are 0. */
  | { what: 'framing'; width: number; height: number; zoom: number; enlarges: boolean }
);

export interface NativeDetection {
  width: number;
  height: number;
  /** Only if something was rendered: one picture, or for crops one per face. */
  format?: 'jpeg' | 'png' | 'webp';
  pictures?: { width: number; height: number; data: Uint8Array }[];
  /** Only of `framing`. */
  part?: Box;
  focalPoint?: Point;
  faces: {
    box: { x: number; y: number; width: number; height: number };
    confidence: number;
    landmarks?: Landmarks;
    /** Only with `faceQuality`. */
    quality?: FaceQuality;
  }[];
  /** Only with `findOrientation`: degrees clockwise by which the image is upright. */
  turn?: 0 | 90 | 180 | 270;
  /** Only if there are limits: how many faces are beyond them. */
  leftOut?: number;
  timings: Record<string, number>;
  /** Only if the image is incomplete and `acceptTruncated` is set. */
  warnings?: { code: 'TRUNCATED_IMAGE' | 'CORRUPT_IMAGE'; message: string }[];
}
