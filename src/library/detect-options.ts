import { inspect } from 'node:util';
import { type BoxListRule, expectedBoxes, fitsBoxes, parseBoxes } from './box-list.js';
import { FaceDetectorError } from './face-detector-error.js';
import { type ModelName, modelNames, modelTable, scoreThresholdOf } from './model-catalog.js';
import type { NativeOptions } from './native.js';
import { numberOf } from './number-text.js';

/** Options of one detection. Every one has a default; see the table `optionTable` below for ranges. */
export interface DetectOptions {
  /**
   * Smallest face to look for, in pixels of the displayed image. The main speed setting of `mtcnn`, `haar` and `yunet`: time grows
   * with its inverse square. With the other models it only filters out smaller faces.
   */
  minFaceSize?: number | undefined;
  /** The score that a reported face must exceed: another name for `onetThreshold`; give only one of the two. */
  threshold?: number | undefined;
  /** P-Net's score that a first proposal must exceed (`mtcnn` only). */
  pnetThreshold?: number | undefined;
  /** R-Net's score that a candidate must exceed (`mtcnn` only). */
  rnetThreshold?: number | undefined;
  /** The score in O-Net, or of another model, that a reported face must exceed. No effect on `haar`. */
  onetThreshold?: number | undefined;
  /** Step between two levels of the image pyramid (`mtcnn` only). */
  scaleFactor?: number | undefined;
  /** Report at most this many faces, after sorting. */
  maxFaces?: number | undefined;
  /** Shrink a larger image to this longer side before searching; boxes are given in the original's pixels. */
  maxSide?: number | undefined;
  /** Order of the faces: most confident first, or largest first. */
  sort?: 'confidence' | 'area' | undefined;
  /** Clip boxes to the image and drop those outside of it. Landmarks are never clipped. */
  clip?: boolean | undefined;
  /**
   * Refuse images of more pixels (width x height, read from the header) before decoding them, and those that would take more than
   * 12 bytes of memory for each pixel of this limit (600 MB by default).
   */
  maxPixels?: number | undefined;
  /**
   * Processor time in milliseconds that the search may take, of all its threads together (where a system has no clock for a
   * thread's time: wall time); then the call rejects with TOO_COSTLY. It is checked every few milliseconds, but not
   * while an image is decoded or a picture written.
   */
  maxCpuMs?: number | undefined;
  /**
   * Reduce a JPEG to a half, quarter or eighth while decoding it, as far as `maxSide` or `minFaceSize` (at least 40) allow:
   * several times faster for large photographs, with slightly different faces and boxes. Other formats are decoded in full.
   */
  fastDecode?: boolean | undefined;
  /**
   * Which way is up: as EXIF says, or `auto`, which also looks at the picture turned by 90, 180 and 270 degrees and turns it where its faces
   * clearly say so (models with landmarks only). The answer has `turn`.
   */
  orientation?: 'exif' | 'auto' | undefined;
  /** What to do with a JPEG that ends early: reject it, or search what is there. */
  truncated?: 'reject' | 'accept' | undefined;
  /** Measure each face: `quality` in the answer. Only models with landmarks do. */
  faceQuality?: boolean | undefined;
  /** Leave out faces that are tilted further than this, either way, in degrees. */
  maxRoll?: number | undefined;
  /** Leave out faces that are turned aside further than this, either way, in degrees. */
  maxYaw?: number | undefined;
  /** Leave out faces of a lower `sharpness`. */
  minSharpness?: number | undefined;
}

export interface DetectCallOptions extends DetectOptions {
  /** One of the models that are loaded; default: the detector's `model`. */
  model?: ModelName | undefined;
  /** Stops the search; the promise rejects with the signal's reason once the native run has ended. */
  signal?: AbortSignal | undefined;
  /**
   * Roughly how many milliseconds the search takes (0 or more), if known. A call that waits for a slot is queued as if it had come that
   * much later; up to 250, it may run beside a search that has already taken longer than that, in one extra slot.
   */
  costMs?: number | undefined;
  /** Called when the call has its slot, just before native code gets the image; never if the call ends before that. */
  onStart?: (() => void) | undefined;
}

/**
 * The allowed values of an option, its default (none: no limit), and its description in the documentation and the API.
 */
export type OptionRule = { about: string } & (
  | { kind: 'number'; min: number; max: number; default?: number }
  /** `or`: a word that may stand instead of a number. */
  | { kind: 'integer'; min: number; max: number; default?: number; or?: string }
  | { kind: 'choice'; choices: readonly string[]; default?: string }
  | { kind: 'boolean'; default: boolean }
  | BoxListRule
);
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** Such as "0.7 (`yunet`) or 0.5 (`ssd`)". */
function otherThresholds(): string {
  const names = new Map<number, string[]>();
  for (const name of modelNames) {
    const threshold = scoreThresholdOf(name);
    if (threshold === undefined || name === 'mtcnn') continue;
    names.set(threshold, [...(names.get(threshold) ?? []), `\`${name}\``]);
  }
  const groups = [...names].map(([threshold, models]) => `${threshold} (${models.join(', ')})`);
  return `${groups.slice(0, -1).join(', ')} or ${groups.at(-1)}`;
}

/**
 * All options with ranges and defaults. Thresholds, scale factor and minimum face size default to those of the replaced
 * service (deep_utils 0.8.8); 12 is the side of P-Net's window; the largest `maxPixels` is OpenCV's own 2^30, and its
 * default what imgproxy and others take for the largest sensible photograph.
 */
export const optionTable = {
  minFaceSize: {
    kind: 'integer',
    min: 12,
    max: 4096,
    default: 20,
    about:
      "smallest face in pixels, and the main speed setting: doubling it makes `mtcnn`'s first stage and `yunet` about four times faster; `ultralight`, `ssd` and `retinaface` only filter out smaller faces",
  },
  maxSide: {
    kind: 'integer',
    min: 12,
    max: 65_535,
    about: "shrink the image first if its longer side is longer than this; boxes stay in the original's pixels",
  },
  threshold: {
    kind: 'number',
    min: 0,
    max: 1,
    about: 'score that a face must exceed: another name for `onetThreshold`; give only one of the two',
  },
  pnetThreshold: {
    kind: 'number',
    min: 0,
    max: 1,
    default: 0.6,
    about: 'score that a proposal must exceed in P-Net (`mtcnn` only)',
  },
  rnetThreshold: {
    kind: 'number',
    min: 0,
    max: 1,
    default: 0.7,
    about: 'score that a candidate must exceed in R-Net (`mtcnn` only)',
  },
  onetThreshold: {
    kind: 'number',
    min: 0,
    max: 1,
    default: modelTable.mtcnn.scoreThreshold,
    about: `score that a face must exceed in O-Net, or in another model, whose default is ${otherThresholds()}; \`haar\` has no score`,
  },
  scaleFactor: {
    kind: 'number',
    min: 0.3,
    max: 0.95,
    default: 0.707,
    about: 'ratio of two levels of the image pyramid (`mtcnn` only)',
  },
  maxFaces: { kind: 'integer', min: 1, max: 100_000, about: 'return at most this many faces, after sorting' },
  sort: {
    kind: 'choice',
    choices: ['confidence', 'area'],
    default: 'confidence',
    about: 'most confident or largest first',
  },
  clip: { kind: 'boolean', default: true, about: 'clip boxes to the image; landmarks never are' },
  maxPixels: {
    kind: 'integer',
    min: 1,
    max: 2 ** 30,
    default: 50_000_000,
    about: 'reject larger images before decoding, by the size in their header',
  },
  maxCpuMs: {
    kind: 'integer',
    min: 1,
    max: 3_600_000,
    about:
      'stop a search (`TOO_COSTLY`) that takes more processor time than this, in milliseconds over all its threads',
  },
  fastDecode: {
    kind: 'boolean',
    default: false,
    about:
      'decode a JPEG at a reduced size, as far as `maxSide` or a `minFaceSize` of at least 40 allows; faces differ slightly',
  },
  orientation: {
    kind: 'choice',
    choices: ['exif', 'auto'],
    default: 'exif',
    about:
      '`auto` also looks at the picture turned by 90, 180 and 270 degrees, and turns it where its faces clearly say so (models with landmarks only); the answer has `turn`',
  },
  truncated: {
    kind: 'choice',
    choices: ['reject', 'accept'],
    default: 'reject',
    about: '`accept` searches what can be read of a JPEG that ends early or is damaged, and the answer has `warnings`',
  },
  faceQuality: {
    kind: 'boolean',
    default: false,
    about: 'measure each face: angles, sharpness, brightness, size (models with landmarks only)',
  },
  maxRoll: {
    kind: 'number',
    min: 0,
    max: 180,
    about: 'leave out faces that are tilted further, in degrees; `leftOut` counts them',
  },
  maxYaw: { kind: 'number', min: 0, max: 90, about: 'leave out faces that are turned aside further, in degrees' },
  minSharpness: { kind: 'number', min: 0, max: 1_000_000, about: 'leave out faces that are less sharp' },
} as const satisfies Record<keyof DetectOptions, OptionRule>;

/** Options that leave faces out of the answer for how they look: not for hiding faces. */
export const limitNames = ['maxRoll', 'maxYaw', 'minSharpness'] as const satisfies (keyof DetectOptions)[];

/** The same options or rules without those limits. */
export function withoutLimits<T extends object>(options: T): Omit<T, (typeof limitNames)[number]> {
  const isLimit = (name: string) => (limitNames as readonly string[]).includes(name);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !isLimit(name))) as Omit<
    T,
    (typeof limitNames)[number]
  >;
}

/** Such as `an integer from 12 to 4096`. */
export function expected(rule: OptionRule): string {
  switch (rule.kind) {
    case 'integer':
      return `an integer from ${rule.min} to ${rule.max}${rule.or === undefined ? '' : ` or "${rule.or}"`}`;
    case 'number':
      return `a number from ${rule.min} to ${rule.max}`;
    case 'choice':
      return rule.choices.map((choice) => `"${choice}"`).join(' or ');
    case 'boolean':
      return 'true or false';
    case 'boxes':
      return expectedBoxes(rule);
  }
}

/** Parses a value from a query or the command line; an invalid text is returned as it is, for `fits` to reject. */
export function parseValue(rule: OptionRule, text: string): unknown {
  if (rule.kind === 'boolean') return text === 'true' || (text === 'false' ? false : text);
  if (rule.kind === 'choice') return text;
  if (rule.kind === 'boxes') return parseBoxes(rule, text);
  return numberOf(text) ?? text;
}

export function fits(rule: OptionRule, value: unknown): boolean {
  switch (rule.kind) {
    case 'integer':
      if (rule.or !== undefined && value === rule.or) return true;
      return Number.isInteger(value) && (value as number) >= rule.min && (value as number) <= rule.max;
    case 'number':
      return typeof value === 'number' && value >= rule.min && value <= rule.max;
    case 'choice':
      return rule.choices.includes(value as string);
    case 'boolean':
      return typeof value === 'boolean';
    case 'boxes':
      return fitsBoxes(rule, value);
  }
}

/** A short text for any value, such as `"abc"`, `12.5` or `[Object: null prototype] {}`. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 0 });
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Throws FaceDetectorError INVALID_OPTION, such as `slots must be an integer from 1 to 3, got 9`, unless `isRight`. */
export function check(isRight: boolean, name: string, expected: string, value: unknown): asserts isRight {
  if (!isRight) throw new FaceDetectorError('INVALID_OPTION', `${name} must be ${expected}, got ${shown(value)}`);
}

/**
 * Throws FaceDetectorError INVALID_OPTION for an unknown name or a value out of range; `undefined` counts as absent.
 */
export function checkOptions(options: object, rules: OptionRules = optionTable): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) {
      throw new FaceDetectorError(
        'INVALID_OPTION',
        `there is no option ${shown(name)}: ${Object.keys(rules).join(', ')} are known`,
      );
    }
    if (!fits(rule, value)) {
      throw new FaceDetectorError('INVALID_OPTION', `${name} must be ${expected(rule)}, got ${shown(value)}`);
    }
  }
  const { threshold, onetThreshold } = options as DetectOptions;
  if (threshold !== undefined && onetThreshold !== undefined) {
    throw new FaceDetectorError('INVALID_OPTION', 'threshold is another name for onetThreshold: give one of them');
  }
}

/**
 * Options for the addon: those of the call, else the detector's, else the table's defaults. Both must have been
 * checked. `scoreThreshold` is the model's default of `onetThreshold`.
 */
export function resolveOptions(
  own: DetectOptions,
  call: DetectOptions,
  scoreThreshold: number = optionTable.onetThreshold.default,
): NativeOptions {
  const rules: Record<keyof DetectOptions, OptionRule> = optionTable;
  const pick = <K extends keyof DetectOptions>(name: K) => call[name] ?? own[name] ?? rules[name].default;
  const threshold = call.threshold ?? call.onetThreshold ?? own.threshold ?? own.onetThreshold ?? scoreThreshold;
  return {
    minFaceSize: pick('minFaceSize') as number,
    pnetThreshold: pick('pnetThreshold') as number,
    rnetThreshold: pick('rnetThreshold') as number,
    onetThreshold: threshold,
    scaleFactor: pick('scaleFactor') as number,
    maxFaces: (pick('maxFaces') as number | undefined) ?? 0,
    maxSide: (pick('maxSide') as number | undefined) ?? 0,
    sortByArea: pick('sort') === 'area',
    clip: pick('clip') as boolean,
    maxPixels: pick('maxPixels') as number,
    maxCpuMs: (pick('maxCpuMs') as number | undefined) ?? 0,
    acceptTruncated: pick('truncated') === 'accept',
    fastDecode: pick('fastDecode') as boolean,
    findOrientation: pick('orientation') === 'auto',
    faceQuality: pick('faceQuality') as boolean,
    maxRoll: (pick('maxRoll') as number | undefined) ?? optionTable.maxRoll.max,
    maxYaw: (pick('maxYaw') as number | undefined) ?? optionTable.maxYaw.max,
    minSharpness: (pick('minSharpness') as number | undefined) ?? 0,
  };
}

/**
 * Throws FaceDetectorError INVALID_OPTION if the options ask for what a model without landmarks cannot tell.
 */
export function checkMeasurable(options: DetectOptions | NativeOptions, hasLandmarks: boolean): void {
  if (hasLandmarks) return;
  const isAuto = 'findOrientation' in options ? options.findOrientation : options.orientation === 'auto';
  if (isAuto) {
    throw new FaceDetectorError(
      'INVALID_OPTION',
      'this model gives no landmarks to tell which way is up: give orientation=exif',
    );
  }
  const { maxRoll: roll, maxYaw: yaw } = optionTable;
  const { faceQuality, maxRoll = roll.max, maxYaw = yaw.max, minSharpness = 0 } = options;
  if (faceQuality || maxRoll < roll.max || maxYaw < yaw.max || minSharpness > 0) {
    throw new FaceDetectorError('INVALID_OPTION', 'this model gives no landmarks to measure faces by');
  }
}
