import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isThere, packageRoot } from '../system/package-root.js';
import { installLines } from './build-needs.js';
import { FaceDetectorError } from './face-detector-error.js';
import { refuseBundle } from './refuse-bundle.js';

/** The .node file as TypeScript sees it: native/addon implements this, and only this file and detector.ts know it. */
export interface NativeAddon {
  readonly opencvVersion: string;
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
    landmarks?: Record<'leftEye' | 'rightEye' | 'nose' | 'mouthLeft' | 'mouthRight', { x: number; y: number }>;
  }[];
  timings: Record<string, number>;
  /** Only where the image is not whole and `acceptTruncated` takes it. */
  warnings?: { code: 'TRUNCATED_IMAGE' | 'CORRUPT_IMAGE'; message: string }[];
}

/** What the loader looks at; tests give other values. */
export interface LoaderSetting {
  root: string;
  platform: string;
  arch: string;
  libc: string;
  /** The instructions that the processor has, by Linux's names; empty where unknown. */
  processorFlags: () => string;
  open: (file: string) => unknown;
}

const buildCommand = 'npx opencv-face-detector build';
const installHint = `Debian, Ubuntu: ${installLines.debian}; macOS: ${installLines.macOs}`;
const fileName = 'opencv_face_detector.node';

/** glibc or musl on Linux, by the loader that is there; empty elsewhere. Node's own report can take seconds to say it. */
function currentLibc(): string {
  if (process.platform !== 'linux') return '';
  const muslLoader = `/lib/ld-musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`;
  const glibcLoaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];
  return isThere(muslLoader) && !glibcLoaders.some(isThere) ? 'musl' : 'glibc';
}

/** Of the first processor: the file has an entry for each. */
function currentProcessorFlags(): string {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))?.[1] ?? '';
  } catch {
    return '';
  }
}

function currentSetting(): LoaderSetting {
  refuseBundle();
  return {
    root: packageRoot,
    platform: process.platform,
    arch: process.arch,
    libc: currentLibc(),
    processorFlags: currentProcessorFlags,
    open: require,
  };
}

function targetOf({ platform, arch, libc }: LoaderSetting): string {
  return [platform, arch, libc].filter(Boolean).join('-');
}

/** What an addon for this machine is called, such as `linux-x64-glibc`. */
export function currentTarget(): string {
  return targetOf(currentSetting());
}

/** Whether there can be an addon for a machine at all. */
export function isSupported({ platform, arch }: Pick<LoaderSetting, 'platform' | 'arch'> = process): boolean {
  return ['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch);
}

const addonMissing = (message: string, cause?: unknown) =>
  new FaceDetectorError('ADDON_MISSING', message, cause === undefined ? undefined : { cause });

function why(error: unknown, file: string, target: string): FaceDetectorError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED') {
    return addonMissing(
      `Node.js was told to load no native addon, which ${path.basename(file)} is. Under the permission model (--permission) allow it ` +
        'with --allow-addons, and with --allow-fs-read to read this package and the images; otherwise leave --no-addons out',
      error,
    );
  }
  const text = (error as Partial<Error>).message ?? String(error);
  const library = /(\S+): cannot open shared object file|Library not loaded: (\S+)/.exec(text);
  const missing = library?.[1] ?? library?.[2];
  if (missing?.includes('opencv') || missing?.includes('libhwy')) {
    return addonMissing(
      `${missing.includes('opencv') ? 'OpenCV' : 'Highway'} is not installed: ${path.basename(missing)} is missing. Install it (${installHint}); ` +
        `after a change of its version run: ${buildCommand}`,
      error,
    );
  }
  const newer = /version [`'](GLIBC\w*_[\d.]+)' not found/.exec(text)?.[1];
  if (newer) {
    return addonMissing(
      `${target} is older here than the prebuilt addon needs: the system's libraries lack ${newer} (Debian 12, Ubuntu 22.04, ` +
        `Enterprise Linux 9 and later have it). Build it here once (${installHint}): ${buildCommand}`,
      error,
    );
  }
  return addonMissing(
    `the native addon ${path.basename(file)} does not load on ${target} (${text}). Build it again: ${buildCommand}`,
    error,
  );
}

/** OpenCV ends the process where an instruction is missing that it was compiled for, so it must not be loaded then. */
function refuseOldProcessor({ platform, arch, processorFlags }: LoaderSetting): void {
  if (platform !== 'linux' || arch !== 'x64') return;
  const flags = processorFlags();
  if (flags === '' || flags.split(/\s+/).includes('sse4_2')) return;
  throw new Error(
    'the prebuilt addon needs a processor with SSE4.2, which this one does not show; a virtual machine shows it with a model such as x86-64-v2 or host',
  );
}

/** Where the addon may be, first choice first. In a clone of the project, which has a binding.gyp, what was built there last counts. */
function candidates(root: string, target: string): { prebuilt: string; order: string[] } {
  const prebuilt = path.join(root, 'prebuilds', target, fileName);
  const built = path.join(root, 'build', 'Release', fileName);
  const isClone = isThere(path.join(root, 'binding.gyp'));
  return { prebuilt, order: isClone ? [built, prebuilt] : [prebuilt, built] };
}

function nothingThere(setting: LoaderSetting, target: string): FaceDetectorError {
  if (!isSupported(setting)) {
    return addonMissing(
      `${target} is not supported: opencv-face-detector runs on Linux and macOS, x64 and arm64. ` +
        'Elsewhere run its service in a container and send requests to it; in a clone of the project: ' +
        'docker run -p 8000:8000 -v .:/app -w /app node:22 npm start',
    );
  }
  return addonMissing(
    `there is no prebuilt addon for ${target}, and none has been built here. Build it once (a C++ compiler, CMake, OpenCV and ` +
      `Highway are needed; ${installHint}): ${buildCommand}`,
  );
}

/**
 * Loads the .node file: prebuilds/<platform>-<arch>[-<libc>]/, and where that does not load, build/Release/ (in a clone of the
 * project the other way round). Throws FaceDetectorError ADDON_MISSING, saying what is missing and the command that mends it.
 */
export function loadAddon(setting: LoaderSetting = currentSetting()): NativeAddon {
  const { root, open } = setting;
  const target = targetOf(setting);
  const { prebuilt, order } = candidates(root, target);
  let failure: FaceDetectorError | undefined;
  for (const file of order.filter(isThere)) {
    try {
      if (file === prebuilt) refuseOldProcessor(setting);
      return open(file) as NativeAddon;
    } catch (error) {
      failure ??= why(error, file, target);
    }
  }
  throw failure ?? nothingThere(setting, target);
}
