import { createHash } from 'node:crypto';
import { decodeBase64 } from '../../library/base64.js';
import { checkOptions, type DetectOptions, type OptionRules, shown } from '../../library/detect-options.js';
import type { TrackerOptions } from '../../library/films/face-tracker.js';
import type { RedactFilmOptions } from '../../library/films/redact-film.js';
import { frameTable, howFlags } from '../films/settings.js';
import { JobError } from './job-error.js';

/** How the faces of a film are hidden. */
export type HideOptions = Pick<RedactFilmOptions, 'mode' | 'shape' | 'margin' | 'regions' | 'keepsSound'>;

/**
 * The data of a job: an image or a film, and the options of its search. docs/JOBS.md describes it for programs that add
 * jobs.
 */
export interface JobData {
  /** Path of an image below the workers' root. */
  path?: string;
  /** The image itself in base64, instead of a path. */
  image?: string;
  /** Path of a film below the workers' root. */
  film?: string;
  /** Name in the result of an image without a path; default: the job's id. */
  name?: string;
  options?: DetectOptions | TrackerOptions;
  /** Hide the faces of the film rather than tell who is there when. */
  redact?: HideOptions;
}

/** A validated job of an image, with either a path or bytes. */
export interface ImageTask {
  /** The image's name in the result. */
  file: string;
  path?: string;
  bytes?: Buffer;
  options: DetectOptions;
}

/** A validated job of a film. */
export interface FilmTask {
  file: string;
  film: string;
  options: TrackerOptions;
  redact?: HideOptions;
}

/** What is done with each of many files. */
export interface Work {
  isFilm: boolean;
  options: DetectOptions | TrackerOptions;
  /** Of films: hide the faces. */
  redact?: HideOptions;
}

/** The data of the job that does this with the file `path` below the root. */
export function dataOf(path: string, { isFilm, options, redact }: Work): JobData {
  return {
    ...(isFilm ? { film: path } : { path }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(redact && { redact }),
  };
}

const members = ['path', 'image', 'film', 'name', 'options', 'redact'];

const { sound: keepsSound, ...how } = howFlags;
const hideTable: OptionRules = { ...how, keepsSound };

function invalid(reason: string): never {
  throw new JobError('INVALID_JOB', `the job's data ${reason}`);
}

/** The name in the result, even if the rest of the job's data is invalid. */
export function nameOf(id: string, data: unknown): string {
  const { path, film, name } = (data ?? {}) as Record<string, unknown>;
  return [path, film, name].find((text) => typeof text === 'string') ?? id;
}

const isPath = (value: unknown) => typeof value === 'string' && value !== '' && !value.includes('\0');

function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    invalid(`must have an object as ${name}, got ${shown(value)}`);
}

function filmTask(file: string, film: unknown, options: object, redact: unknown): FilmTask {
  if (!isPath(film)) invalid(`must have the path of a file as film, got ${shown(film)}`);
  const { searchEvery: _searchEvery, maxGap: _maxGap, ...search } = options as TrackerOptions; // FaceTracker checks these
  checkOptions(search, frameTable);
  if (redact === undefined) return { file, film: film as string, options };
  checkObject('redact', redact);
  checkOptions(redact, hideTable);
  return { file, film: film as string, options, redact };
}

/** Validates the data of the job `id`. Throws JobError INVALID_JOB, or FaceDetectorError INVALID_OPTION. */
export function readTask(id: string, data: unknown): ImageTask | FilmTask {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    invalid(`must be an object, got ${shown(data)}`);
  const { path, image, film, name, options = {}, redact } = data as Record<string, unknown>;
  const unknown = Object.keys(data).find((key) => !members.includes(key));
  if (unknown !== undefined) invalid(`has ${shown(unknown)}: ${members.join(', ')} are known`);
  if ([path, image, film].filter((given) => given !== undefined).length !== 1)
    invalid('must have one of path, image and film');
  if (path !== undefined && !isPath(path)) invalid(`must have the path of a file as path, got ${shown(path)}`);
  if (name !== undefined && (typeof name !== 'string' || image === undefined))
    invalid('may have a text as name, beside an image only');
  checkObject('options', options);
  const file = nameOf(id, data);
  if (film !== undefined) return filmTask(file, film, options, redact);
  if (redact !== undefined) invalid('may have redact beside a film only');
  checkOptions(options);
  if (path !== undefined) return { file, path: path as string, options };
  return { file, bytes: decodeBase64(image) ?? invalid('must have base64 as image'), options };
}

const sorted = (options: object) =>
  JSON.stringify(Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))));

/**
 * The id of the job for the file `path` below the root: the same path and work give the same id, so that the queue
 * takes the job once however often it is added. BullMQ allows neither a number nor a colon, and stores each id several
 * times. 128 bits of SHA-256: the chance that any two of ten million collide is 10^-25.
 */
export function jobId(path: string, { isFilm, options, redact }: Work): string {
  const film = isFilm ? `\0film${redact ? sorted(redact) : ''}` : '';
  const text = `${path}\0${sorted(options)}${film}`;
  return `i${createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')}`;
}
