import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { FaceDetector } from '../../library/detector.js';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { isContainer } from '../../library/films/encode-film.js';
import { FaceTracker } from '../../library/films/face-tracker.js';
import { type RedactedFilm, redactFilm } from '../../library/films/redact-film.js';
import { writeWhole } from '../../library/write-whole.js';
import { type Visit, Visits } from '../films/visits.js';
import type { FilmTask } from './job.js';
import { JobError } from './job-error.js';
import { rewordError } from './root-folder.js';

interface FilmOutput {
  /** Path below the worker's --films, with slashes. */
  output?: string;
  /** What ffmpeg says is damaged. */
  damage?: readonly string[];
}

/** Who was there when. */
export interface TrackedFilm extends FilmOutput {
  /** Pixels of the last frame. */
  width: number;
  height: number;
  frames: number;
  /** Seconds. */
  duration: number;
  faces: Visit[];
}

/** A film with its faces hidden. */
export type HiddenFilm = FilmOutput & Pick<RedactedFilm, 'frames' | 'duration' | 'moments'> & { hidden: number };

interface FilmContext {
  detector: FaceDetector;
  root: string | undefined;
  /** Where what is made of films goes; undefined: nowhere. */
  films: string | undefined;
  signal: AbortSignal;
}

/** Makes the folder of what is made of a film. */
async function place(films: string, output: string): Promise<string> {
  const file = path.join(films, output);
  await mkdir(path.dirname(file), { recursive: true });
  return file;
}

async function follow(
  { options }: FilmTask,
  file: string,
  { detector, signal }: FilmContext,
  lines?: FileHandle,
): Promise<TrackedFilm> {
  const visits = new Visits();
  const damage: string[] = [];
  const onDamage = (messages: readonly string[]) => damage.push(...messages);
  const tracked: TrackedFilm = { width: 0, height: 0, frames: 0, duration: 0, faces: [] };
  for await (const frame of new FaceTracker(detector, options).track(file, { signal, onDamage })) {
    const { width, height, time: duration } = frame;
    Object.assign(tracked, { width, height, duration });
    tracked.frames++;
    tracked.faces.push(...visits.add(frame));
    await lines?.appendFile(`${JSON.stringify(frame)}\n`);
  }
  tracked.faces.push(...visits.end());
  tracked.faces.sort((a, b) => a.id - b.id);
  return { ...tracked, ...(damage.length > 0 && { damage }) };
}

async function track(task: FilmTask, file: string, context: FilmContext): Promise<TrackedFilm> {
  if (context.films === undefined) return follow(task, file, context);
  const output = `${task.film}.ndjson`;
  return writeWhole(await place(context.films, output), async (partial) => {
    const lines = await open(partial, 'wx');
    try {
      const tracked = await follow(task, file, context, lines);
      await lines.sync();
      return { ...tracked, output };
    } finally {
      await lines.close();
    }
  });
}

async function hide({ film, options, redact }: FilmTask, file: string, context: FilmContext): Promise<HiddenFilm> {
  const { detector, films, signal } = context;
  if (films === undefined)
    throw new JobError(
      'INVALID_JOB',
      'the job hides the faces of a film, and this worker has no --films to write it to',
    );
  const output = isContainer(film) ? film : `${film}.mp4`;
  const all = { ...options, ...redact, overwrite: true, signal }; // a worker that was killed may have written it
  const made = await redactFilm(detector, file, await place(films, output), all);
  const { frames, duration, faces: hidden, moments, damage } = made;
  return { frames, duration, hidden, moments, output, ...(damage.length > 0 && { damage }) };
}

/** The error without paths of this machine, but for what is below its folders. */
function withoutPaths(error: unknown, { film }: FilmTask, { root, films }: FilmContext): unknown {
  if (!(error instanceof FaceDetectorError)) return rewordError(film, error as NodeJS.ErrnoException);
  let { message } = error;
  for (const folder of [root, films])
    if (folder !== undefined)
      for (const start of ['file:', '']) message = message.replaceAll(start + path.join(folder, path.sep), '');
  return new FaceDetectorError(error.code, message, { cause: error });
}

/** Follows or hides the faces of a film: `file` is its path here. Rejects like FaceTracker.track and redactFilm. */
export async function searchFilm(
  task: FilmTask,
  file: string,
  context: FilmContext,
): Promise<TrackedFilm | HiddenFilm> {
  try {
    return await (task.redact ? hide : track)(task, file, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw withoutPaths(error, task, context);
  }
}
