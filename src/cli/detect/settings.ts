import {
  checkMeasurable,
  expected,
  fits,
  limitNames,
  optionTable,
  parseValue,
  shown,
} from '../../library/detect-options.js';
import type { CreateOptions } from '../../library/detector.js';
import { type ModelName, modelFacts, modelNames } from '../../library/model-catalog.js';
import { engineChoices } from '../../library/native.js';
import { pictureKinds, pictureTables, resolveRender } from '../../library/render-options.js';
import { type Flags, flagName, parseFlags, type Values } from '../flags.js';
import { UsageError } from '../usage-error.js';
import { formats } from './formats.js';
import type { PictureRequest } from './picture-paths.js';

const formatNames = Object.keys(formats) as (keyof typeof formats)[];

export const outputFlags = {
  json: { kind: 'boolean', default: false, about: 'one JSON document: an array with an object per image' },
  ndjson: { kind: 'boolean', default: false, about: 'a line of JSON per image, in order, as soon as possible' },
  csv: { kind: 'boolean', default: false, about: 'a row per face; an image without faces has one empty row' },
  output: {
    kind: 'text',
    placeholder: 'FILE',
    short: 'o',
    about: 'write the lines of --ndjson to a new file, in order, as soon as possible',
  },
  resume: {
    kind: 'boolean',
    default: false,
    about: 'continue the file of --output, skipping the images that are in it. Give the same options as before',
  },
  quiet: { kind: 'boolean', default: false, short: 'q', about: 'no progress bar and no summary' },
} as const;

export const runFlags = {
  jobs: {
    kind: 'integer',
    min: 1,
    max: 1024,
    short: 'j',
    about: 'images searched at the same time at most; default: as many as keep all cores busy',
  },
} as const;

export const modelFlags = {
  model: {
    kind: 'choice',
    choices: modelNames,
    default: 'mtcnn',
    about: 'detection model: yunet finds more faces, above all in crowds, the others find less',
  },
  modelsDir: { kind: 'text', placeholder: 'DIR', about: 'folder of the weights, if not that of this package' },
  engine: {
    kind: 'choice',
    choices: engineChoices,
    default: 'auto',
    about: 'what runs the networks of mtcnn and yunet',
  },
} as const;
const detectorFlags = { ...modelFlags, ...optionTable };

export const pictureFlags = {
  annotate: { kind: 'text', placeholder: 'DIR', about: 'write each image with its faces drawn on it into this folder' },
  redact: { kind: 'text', placeholder: 'DIR', about: 'write each image with its faces hidden' },
  crops: { kind: 'text', placeholder: 'DIR', about: 'write each face, as NAME-1, NAME-2 ...' },
  crop: {
    kind: 'text',
    placeholder: 'DIR',
    about: 'write one picture of each image, of the size --size WxH: its best part around the faces',
  },
  overwrite: {
    kind: 'boolean',
    default: false,
    about: 'replace existing output files; otherwise their image counts as failed (EEXIST). --resume replaces them too',
  },
  ...pictureTables.annotate,
  ...pictureTables.redact,
  ...pictureTables.crops,
  zoom: pictureTables.crop.zoom,
  fit: pictureTables.crop.fit,
  size: {
    kind: 'text',
    placeholder: 'N|WxH',
    about: `for --crop, width and height of the picture, such as 400x300; for --crops, ${pictureTables.crops.size.about}`,
  },
  align: {
    ...pictureTables.crops.align,
    about: 'turn and scale faces to the ArcFace template, but cut out their boxes',
  },
  margin: {
    ...pictureTables.crops.margin,
    about:
      'share of the box that is added on each side: by --redact (default 0.3), by --crops with --no-align (default 0)',
  },
  // As the table, --csv and the names of crops number the faces.
  except: { ...pictureTables.redact.except, firstFace: 1 },
  only: { ...pictureTables.redact.only, firstFace: 1 },
} as const satisfies Flags;

/** The parsed flags of `detect`. */
export interface DetectSettings {
  create: CreateOptions;
  jobs: number | undefined;
  format: keyof typeof formats | undefined;
  output: string | undefined;
  resume: boolean;
  isQuiet: boolean;
  pictures: PictureRequest;
}

/** The values of these flags only. */
function pick<F extends Flags>(given: object, flags: F): Values<F> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in flags)) as Values<F>;
}

/** What `--size` says: the side of crops, or width and height of a crop. Throws UsageError for any other text. */
function readSize(size: string | undefined, { crop, crops }: Values<typeof pictureFlags>): object {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size ?? '') ?? [];
  if (crop !== undefined && width === undefined) {
    throw new UsageError('--crop needs --size WxH, such as --size 400x300; --crops writes each face');
  }
  if (size === undefined) return {};
  if (width !== undefined) {
    if (crop === undefined) throw new UsageError('--size WxH is for one picture: it needs --crop DIR');
    return { width: Number(width), height: Number(height) };
  }
  if (crops === undefined) throw new UsageError('--size is for pictures: it needs --crops DIR or --crop DIR');
  const rule = pictureTables.crops.size;
  const side = parseValue(rule, size);
  if (!fits(rule, side))
    throw new UsageError(`--size must be ${expected(rule)}, or WxH for --crop, got ${shown(size)}`);
  return { size: side };
}

/** The requested pictures. Throws UsageError for an option of a picture that is not requested. */
function readPictures(given: Values<typeof pictureFlags>, resume: boolean, model: ModelName = 'mtcnn'): PictureRequest {
  // An interrupted run may have written pictures of an image that has no result yet.
  const request: PictureRequest = { folders: {}, options: {}, mayReplace: given.overwrite ?? resume };
  const { annotate: _annotate, redact, crops: _crops, crop: _crop, size, ...flags } = given;
  const options = { ...flags, ...readSize(size, given) };
  const asked = pictureKinds.filter((kind) => given[kind] !== undefined);
  for (const name of Object.keys(options)) {
    const owners = pictureKinds.filter((kind) => name === 'overwrite' || name in pictureTables[kind]);
    if (owners.some((kind) => asked.includes(kind))) continue;
    throw new UsageError(
      `${flagName(name)} is for pictures: it needs ${owners.map((kind) => `--${kind} DIR`).join(' or ')}`,
    );
  }
  for (const kind of asked) {
    const own = Object.fromEntries(Object.entries(options).filter(([name]) => name in pictureTables[kind]));
    // With both, the margin applies to redaction: aligned crops have none.
    if (kind === 'crops' && redact !== undefined && options.align !== false) delete own['margin'];
    request.folders[kind] = given[kind] as string;
    request.options[kind] = own;
    resolveRender(kind, own, modelFacts(model).landmarks);
  }
  return request;
}

/** Parses the arguments of `detect`. Throws UsageError if they are inconsistent. */
export function readSettings(args: readonly string[]): { inputs: string[]; settings: DetectSettings } {
  const { given, rest } = parseFlags(args, { ...outputFlags, ...runFlags, ...detectorFlags, ...pictureFlags });
  const { output, resume = false, quiet = false, jobs } = given;
  if (rest.length === 0) throw new UsageError('detect needs a file, a folder, a glob, or - for standard input');
  const [format, ...more] = formatNames.filter((name) => given[name]);
  if (more.length > 0) throw new UsageError(`--${format} and --${more[0]} exclude each other`);
  if (output !== undefined && format && format !== 'ndjson') {
    throw new UsageError(`--output writes NDJSON: --${format} goes to standard output`);
  }
  if (resume && output === undefined) throw new UsageError('--resume needs the --output file to continue');
  if (rest.includes('-') && process.stdin.isTTY) {
    throw new UsageError('- reads an image from standard input, which is this terminal: pass one by < or |');
  }
  const create: CreateOptions = pick(given, detectorFlags);
  if (create.threshold !== undefined && create.onetThreshold !== undefined) {
    throw new UsageError('--threshold is another name for --onet-threshold: give one of them');
  }
  checkMeasurable(create, modelFacts(create.model ?? 'mtcnn').landmarks);
  const limit = limitNames.find((name) => create[name] !== undefined);
  if (given.redact !== undefined && limit) {
    throw new UsageError(`${flagName(limit)} leaves faces out, but --redact hides all that are found`);
  }
  const pictures = readPictures(pick(given, pictureFlags), resume, create.model);
  return { inputs: rest, settings: { create, jobs, format, output, resume, isQuiet: quiet, pictures } };
}
