import { optionTable, withoutLimits } from '../../library/detect-options.js';
import type { CreateOptions } from '../../library/detector.js';
import type { TrackerOptions } from '../../library/films/face-tracker.js';
import type { RedactFilmOptions } from '../../library/films/redact-film.js';
import { maxGapRule } from '../../library/films/tracks.js';
import { pictureTables } from '../../library/render-options.js';
import { modelFlags } from '../detect/settings.js';
import { type Flags, parseFlags, type Values } from '../flags.js';
import { UsageError } from '../usage-error.js';

const {
  orientation: _orientation,
  fastDecode: _fastDecode,
  truncated: _truncated,
  maxPixels: _maxPixels,
  ...frameTable
} = withoutLimits(optionTable);

/** The options of a search that hold for the frames of a film. */
export { frameTable };

/** How faces are followed from one frame to the next. */
export const followFlags = {
  searchEvery: {
    kind: 'text',
    placeholder: 'N|change',
    about:
      'search every N-th frame (default 1), or those that differ from the one searched last; faces between are predicted',
  },
  maxGap: maxGapRule,
} as const satisfies Flags;

/** The search of a frame, and how faces are followed from one to the next. */
export const searchFlags = { ...followFlags, ...frameTable } as const satisfies Flags;

const quiet = { kind: 'boolean', default: false, short: 'q', about: 'no progress bar and no summary' } as const;

export const trackFlags = {
  ndjson: { kind: 'boolean', default: false, about: 'a line of JSON for each frame, as soon as possible' },
  quiet,
} as const satisfies Flags;

/** How faces are hidden. */
export const howFlags = {
  mode: pictureTables.redact.mode,
  shape: pictureTables.redact.shape,
  margin: pictureTables.redact.margin,
  regions: pictureTables.redact.regions,
  sound: { kind: 'boolean', default: true, about: 'keep the sound' },
} as const satisfies Flags;

export const hideFlags = {
  output: { kind: 'text', placeholder: 'OUT', short: 'o', about: 'the film to write' },
  overwrite: { kind: 'boolean', default: false, about: 'replace OUT if it exists' },
  ...howFlags,
  moments: {
    kind: 'boolean',
    default: false,
    about: 'print where a face appeared or vanished in the middle of the picture: a line of JSON each',
  },
  quiet,
} as const satisfies Flags;

export interface TrackSettings {
  film: string;
  create: CreateOptions;
  tracking: TrackerOptions;
  isNdjson: boolean;
  isQuiet: boolean;
}

export interface RedactSettings {
  film: string;
  output: string;
  create: CreateOptions;
  redact: RedactFilmOptions;
  listsMoments: boolean;
  isQuiet: boolean;
}

/** Throws UsageError. */
export function readEvery(text: string | undefined): Pick<TrackerOptions, 'searchEvery'> {
  if (text === undefined || text === 'change') return { searchEvery: text };
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError(`--search-every must be 1 to 999, or change, got "${text}"`);
  return { searchEvery: Number(text) };
}

function oneFilm(command: string, rest: readonly string[]): string {
  const [film, ...more] = rest;
  if (film === undefined) throw new UsageError(`${command} needs a film`);
  if (more.length > 0) throw new UsageError(`${command} takes one film, got also "${more[0]}"`);
  return film;
}

const separate = { ...modelFlags, ...searchFlags };

/** What makes the detector, and what makes the tracker. */
function readSearch(given: Values<typeof separate>): { create: CreateOptions; tracking: TrackerOptions } {
  const { searchEvery, maxGap, model, modelsDir, engine, ...search } = given;
  if (search.threshold !== undefined && search.onetThreshold !== undefined)
    throw new UsageError('--threshold is another name for --onet-threshold: give one of them');
  return {
    create: { model, modelsDir, ...(engine && { engine }) },
    tracking: { ...search, ...readEvery(searchEvery), maxGap },
  };
}

/** Parses the arguments of `track`. Throws UsageError. */
export function readTrack(args: readonly string[]): TrackSettings {
  const { given, rest } = parseFlags(args, { ...trackFlags, ...separate });
  const { ndjson: isNdjson = false, quiet: isQuiet = false, ...search } = given;
  const film = oneFilm('track', rest);
  if (film === '-' && process.stdin.isTTY)
    throw new UsageError('- reads a film from standard input, which is this terminal: pass one by < or |');
  return { film, ...readSearch(search), isNdjson, isQuiet };
}

/** Parses the arguments of `redact`. Throws UsageError. */
export function readRedact(args: readonly string[]): RedactSettings {
  const { given, rest } = parseFlags(args, { ...hideFlags, ...separate });
  const { output, overwrite, mode, shape, margin, regions, sound, moments, quiet: isQuiet = false, ...search } = given;
  const film = oneFilm('redact', rest);
  if (output === undefined)
    throw new UsageError('redact needs --output OUT.mp4; pictures are redacted by detect --redact DIR');
  const { create, tracking } = readSearch(search);
  const redact = { ...tracking, mode, shape, margin, regions, keepsSound: sound, overwrite } as RedactFilmOptions;
  return { film, output, create, redact, listsMoments: moments ?? false, isQuiet };
}
