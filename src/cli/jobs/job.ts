import { createHash } from 'node:crypto';
import { decodeBase64 } from '../../library/base64.js';
import { checkOptions, type DetectOptions, shown } from '../../library/detect-options.js';
import { JobError } from './job-error.js';

/** The data of a job: an image and the options of its search. docs/JOBS.md describes it for programs that add jobs. */
export interface JobData {
  /** Path of a file below the workers' root. */
  path?: string;
  /** The image itself in base64, instead of a path. */
  image?: string;
  /** Name in the result of an image without a path; default: the job's id. */
  name?: string;
  options?: DetectOptions;
}

/** A validated job, with either a path or bytes. */
export interface Task {
  /** The image's name in the result. */
  file: string;
  path?: string;
  bytes?: Buffer;
  options: DetectOptions;
}

const members = ['path', 'image', 'name', 'options'];

function invalid(reason: string): never {
  throw new JobError('INVALID_JOB', `the job's data ${reason}`);
}

/** The image's name in the result, even if the rest of the job's data is invalid. */
export function nameOf(id: string, data: unknown): string {
  const { path, name } = (data ?? {}) as Record<string, unknown>;
  return [path, name].find((text) => typeof text === 'string') ?? id;
}

/** Validates the data of the job `id`. Throws JobError INVALID_JOB, or FaceDetectorError INVALID_OPTION. */
export function readTask(id: string, data: unknown): Task {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    invalid(`must be an object, got ${shown(data)}`);
  const { path, image, name, options = {} } = data as Record<string, unknown>;
  const unknown = Object.keys(data).find((key) => !members.includes(key));
  if (unknown !== undefined) invalid(`has ${shown(unknown)}: ${members.join(', ')} are known`);
  if ((path === undefined) === (image === undefined)) invalid('must have either path or image');
  if (path !== undefined && (typeof path !== 'string' || path === '' || path.includes('\0')))
    invalid(`must have the path of a file as path, got ${shown(path)}`);
  if (name !== undefined && (typeof name !== 'string' || path !== undefined))
    invalid('may have a text as name, beside an image only');
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    invalid(`must have an object as options, got ${shown(options)}`);
  checkOptions(options);
  const file = nameOf(id, data);
  if (path !== undefined) return { file, path, options };
  return { file, bytes: decodeBase64(image) ?? invalid('must have base64 as image'), options };
}

/**
 * The id of the job for the file `path` below the root: the same path and options give the same id, so that the queue
 * takes the job once however often it is added. BullMQ allows neither a number nor a colon, and stores each id several
 * times. 128 bits of SHA-256: the chance that any two of ten million collide is 10^-25.
 */
export function jobId(path: string, options: DetectOptions): string {
  const sorted = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${path}\0${JSON.stringify(Object.fromEntries(sorted))}`;
  return `i${createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')}`;
}
