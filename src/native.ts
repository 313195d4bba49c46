import { existsSync } from 'node:fs';
import path from 'node:path';
import { FaceDetectorError } from './errors.js';
import { packageRoot } from './paths.js';

/** The .node file as TypeScript sees it: native/addon implements this, and only this file and detector.ts know it. */
export interface NativeAddon {
  readonly opencvVersion: string;
  load(
    model: string,
    files: Record<string, Uint8Array>,
    engine: EngineChoice,
    threads: number,
  ): Promise<NativeDetector>;
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
  /** `done` settles when the native run has ended, also after `cancel`, then with code ABORTED. */
  detect(
    image: Uint8Array | NativePixels,
    options: NativeOptions,
    render?: NativeRender,
  ): { done: Promise<NativeDetection>; cancel(): void };
}

/** Raw pixels; `data` is borrowed until the run has ended. */
export interface NativePixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: number;
  isRgb: boolean;
}

/** Every field is required; 0 means "no limit" for maxFaces and maxSide. */
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
}

/** What the loader looks at; tests give other values. */
export interface LoaderSetting {
  root: string;
  platform: string;
  arch: string;
  libc: string;
  open(file: string): unknown;
}

const buildCommand = 'npx opencv-face-detector build';
const opencvHint =
  'Debian, Ubuntu: sudo apt-get install -y libopencv-dev libhwy-dev; macOS: brew install opencv highway';

/** glibc or musl on Linux, by the loader that is there; empty elsewhere. Node's own report can take seconds to say it. */
function currentLibc(): string {
  if (process.platform !== 'linux') return '';
  const muslLoader = `/lib/ld-musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`;
  const glibcLoaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];
  return existsSync(muslLoader) && !glibcLoaders.some((file) => existsSync(file)) ? 'musl' : 'glibc';
}

function currentSetting(): LoaderSetting {
  return { root: packageRoot, platform: process.platform, arch: process.arch, libc: currentLibc(), open: require };
}

function why(error: unknown, file: string, target: string): FaceDetectorError {
  const text = error instanceof Error ? error.message : String(error);
  const library = /(\S+): cannot open shared object file|Library not loaded: (\S+)/.exec(text);
  const missing = library?.[1] ?? library?.[2];
  if (missing?.includes('opencv') || missing?.includes('libhwy')) {
    return new FaceDetectorError(
      'ADDON_MISSING',
      `${missing.includes('opencv') ? 'OpenCV' : 'Highway'} is not installed: ${path.basename(missing)} is missing. Install it (${opencvHint}); ` +
        `after a change of its version run: ${buildCommand}`,
      { cause: error },
    );
  }
  return new FaceDetectorError(
    'ADDON_MISSING',
    `the native addon ${path.basename(file)} does not load on ${target} (${text}). Build it again: ${buildCommand}`,
    { cause: error },
  );
}

/**
 * Loads the .node file: prebuilds/<platform>-<arch>[-<libc>]/ first, then build/Release/.
 * Throws FaceDetectorError ADDON_MISSING, saying what is missing and the command that mends it.
 */
export function loadAddon(setting: LoaderSetting = currentSetting()): NativeAddon {
  const { root, platform, arch, libc, open } = setting;
  const target = [platform, arch, libc].filter(Boolean).join('-');
  if (!['linux', 'darwin'].includes(platform) || !['x64', 'arm64'].includes(arch)) {
    throw new FaceDetectorError(
      'ADDON_MISSING',
      `${target} is not supported: opencv-face-detector runs on Linux and macOS, x64 and arm64. ` +
        'Elsewhere run its service in a container and send requests to it; in a clone of the project: ' +
        'docker run -p 8000:8000 -v .:/app -w /app node:22 npm start',
    );
  }
  const name = 'opencv_face_detector.node';
  const files = [path.join(root, 'prebuilds', target, name), path.join(root, 'build', 'Release', name)];
  let failure: FaceDetectorError | undefined;
  for (const file of files.filter((candidate) => existsSync(candidate))) {
    try {
      return open(file) as NativeAddon;
    } catch (error) {
      failure ??= why(error, file, target);
    }
  }
  throw (
    failure ??
    new FaceDetectorError(
      'ADDON_MISSING',
      `the native addon has not been built for ${target}. Build it once (a C++ compiler, CMake, OpenCV and Highway are needed; ` +
        `${opencvHint}): ${buildCommand}`,
    )
  );
}
