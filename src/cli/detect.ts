import type { CreateOptions } from '../detector.js';
import { modelNames } from '../models.js';
import { engineChoices } from '../native.js';
import { optionTable } from '../options.js';
import { UsageError } from '../usage.js';
import type { Command } from './command.js';
import { formats } from './detect/formats.js';
import { parseFlags } from './flags.js';

const outputFlags = {
  json: { kind: 'boolean', default: false, about: 'one JSON document: an array with an object per image' },
  ndjson: { kind: 'boolean', default: false, about: 'a line of JSON per image, as soon as it is its turn' },
  csv: { kind: 'boolean', default: false, about: 'a row per face; one without a face for an image that has none' },
  output: {
    kind: 'text',
    placeholder: 'FILE',
    short: 'o',
    about: 'append the lines of --ndjson to a new file, each as soon as it is its turn',
  },
  resume: {
    kind: 'boolean',
    default: false,
    about: 'go on with the file of --output: images that are in it are left out. Give the same options as before',
  },
  quiet: { kind: 'boolean', default: false, short: 'q', about: 'no progress bar and no summary' },
} as const;

const detectorFlags = {
  model: {
    kind: 'choice',
    choices: modelNames,
    default: 'mtcnn',
    about: "what searches; haar is OpenCV's, it finds less",
  },
  modelsDir: { kind: 'text', placeholder: 'DIR', about: 'folder of the weights, if not that of this package' },
  engine: { kind: 'choice', choices: engineChoices, default: 'auto', about: "what runs mtcnn's networks" },
  jobs: {
    kind: 'integer',
    min: 1,
    max: 1024,
    short: 'j',
    about: 'images at once at most; all cores are used unless it says less',
  },
} as const;

/** What the flags of `detect` ask for. */
export interface DetectSettings {
  create: CreateOptions;
  jobs: number | undefined;
  format: keyof typeof formats | undefined;
  output: string | undefined;
  resume: boolean;
  isQuiet: boolean;
}

const flags = { ...outputFlags, ...detectorFlags, ...optionTable };

function readSettings(args: readonly string[]): { inputs: string[]; settings: DetectSettings } {
  const { given, rest } = parseFlags(args, flags);
  const { json, ndjson, csv, output, resume = false, quiet = false, jobs, ...create } = given;
  if (rest.length === 0) throw new UsageError('detect needs a file, a folder, a glob, or - for standard input');
  const [format, ...more] = Object.keys(formats).filter((name) => given[name as keyof typeof formats]);
  if (more.length > 0) throw new UsageError(`--${format} and --${more[0]} exclude each other`);
  if (output !== undefined && (json || csv))
    throw new UsageError('--output writes NDJSON: --json and --csv go to standard output');
  if (resume && output === undefined) throw new UsageError('--resume needs the --output that it shall go on with');
  if (create.threshold !== undefined && create.onetThreshold !== undefined) {
    throw new UsageError('--threshold is another name for --onet-threshold: give one of them');
  }
  if (rest.includes('-') && process.stdin.isTTY) {
    throw new UsageError('- reads an image from standard input, which is this terminal: pass one by < or |');
  }
  const settings = { create, jobs, format: format as keyof typeof formats, output, resume, isQuiet: quiet };
  return { inputs: rest, settings };
}

export const detectCommand: Command = {
  name: 'detect',
  summary: 'find the faces on images',
  synopsis: ['[FLAG ...] FILE|FOLDER|GLOB|- ...'],
  about: `Finds the faces on each image and prints a table, or JSON or CSV for programs. A folder stands for all images below it (.jpg .jpeg .jpe .jfif .png .webp .bmp .tif .tiff; names with a leading dot and links to folders are left out), a glob in quotes for what it matches, - for an image on standard input.

Results come in the order of the images. An image that cannot be read is reported, in the table on standard error, in JSON and CSV in its place, and the others go on. Boxes are in pixels of the image as displayed; left is the viewer's left.

Ctrl-C keeps what is done so far. With --output even a process that is killed leaves a file of whole lines, but for its last one, and --resume goes on with it.`,
  flags: { Output: outputFlags, Running: detectorFlags, Detection: optionTable },
  completes: 'files',
  examples: [
    ['detect photo.jpg', 'the faces on a photograph'],
    ['detect photos --output faces.ndjson --resume', 'a large folder, in as many sittings as it takes'],
    [`detect --csv --min-face-size 60 'photos/**/*.jpg' > faces.csv`, 'large faces only, for a spreadsheet'],
    ['detect --ndjson - < photo.jpg', 'from a pipe, for another program'],
  ],
  statuses: {
    0: 'all images done (or the reader of the output has left)',
    1: 'nothing could be done',
    3: 'done, but for some images that failed',
    130: 'ended by Ctrl-C',
  },
  async run(args) {
    const { inputs, settings } = readSettings(args);
    return (await import('./detect/run.js')).run(inputs, settings);
  },
};
