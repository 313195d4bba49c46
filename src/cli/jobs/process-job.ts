import type { Job } from 'bullmq';
import type { Detection } from '../../library/detection.js';
import type { FaceDetector } from '../../library/detector.js';
import { crashesToQuarantine } from '../../library/quarantine-policy.js';
import { failure } from '../detect/record.js';
import type { ResultsFile } from '../detect/results-file.js';
import type { Bullmq } from './bullmq.js';
import { ExclusiveLock } from './exclusive-lock.js';
import { type HiddenFilm, searchFilm, type TrackedFilm } from './film-job.js';
import { nameOf, readTask } from './job.js';
import { isWorthRetrying, JobError, tooLarge } from './job-error.js';
import { fileBelow, pathBelow, readBelow } from './root-folder.js';

type Found = Detection | TrackedFilm | HiddenFilm;

/** The result of one job: its value in the queue, or its line in a results file. */
export type JobRecord = { file: string; id: string } & (Found | { error: { code: string; message: string } });

/** What the jobs of one worker share. */
export interface JobContext {
  detector: FaceDetector;
  bullmq: Pick<Bullmq, 'UnrecoverableError' | 'WaitingError'>;
  /** Real path of the folder that paths are relative to; without it, jobs contain their image. */
  root: string | undefined;
  /** Largest image in bytes. */
  maxBytes: number;
  /** Where what is made of films goes; undefined: nowhere. */
  films: string | undefined;
  /** Where results go; undefined: to the queue. */
  results: ResultsFile | undefined;
  /** Aborts when the worker stops: its jobs then go back to the queue. */
  signal: AbortSignal;
  /** Called if results cannot be written, since every job would fail here. Aborts `signal`. */
  giveUp: (error: unknown) => void;
}

async function search(job: Job, id: string, context: JobContext): Promise<JobRecord> {
  const { detector, root, maxBytes, signal } = context;
  const task = readTask(id, job.data);
  if (!('bytes' in task) && !root)
    throw new JobError('OUTSIDE_ROOT', 'this worker has no --root: it takes images in the job only');
  const { file } = task;
  if ('film' in task) {
    const read = await fileBelow(root as string, task.film);
    const film = pathBelow(root as string, task.film); // what is written goes below --films, whatever way leads to the film
    return { file, id, ...(await searchFilm({ ...task, film }, read, context)) };
  }
  const { path = '', bytes, options } = task;
  if (bytes && bytes.byteLength > maxBytes) throw tooLarge(file, bytes.byteLength, maxBytes);
  const image = bytes ?? (await readBelow(root as string, path, maxBytes, signal));
  return { file, id, ...(await detector.detect(image, { ...options, signal })) };
}

/**
 * Searches a job whose worker was lost, with no other search running, and records that in the queue: if this process
 * dies as well, this image is to blame, or counts so. BullMQ's own count would also blame images that happened to be
 * searched at the same time. Rejects with JobError IMAGE_QUARANTINED after `crashesToQuarantine` times.
 */
async function searchAlone(job: Job, id: string, context: JobContext): Promise<JobRecord> {
  const { crashes = 0 } = Object(job.progress) as { crashes?: number };
  if (crashes >= crashesToQuarantine) {
    await job.updateProgress({ crashes: 0 }); // a manual retry starts from zero
    const message = `${crashes} workers ended while they searched this image and nothing else`;
    throw new JobError('IMAGE_QUARANTINED', message);
  }
  await job.updateProgress({ crashes: crashes + 1 });
  try {
    return await search(job, id, context);
  } finally {
    await job.updateProgress({ crashes });
  }
}

const countOf = (found: Found) => ('hidden' in found ? found.hidden : found.faces.length);

/** Resolves when the record is on disk, if results go to a file: only then may the queue learn that the job is done. */
async function keep(record: JobRecord, { results, giveUp, signal }: JobContext): Promise<void> {
  signal.throwIfAborted(); // write nothing after an incomplete line
  try {
    results?.append(record);
    await results?.sync();
  } catch (error) {
    giveUp(error);
    signal.throwIfAborted();
  }
}

/** The function that BullMQ calls for each job of a worker: resolves to the value kept in the queue. */
export function jobProcessor(context: JobContext): (job: Job, token?: string) => Promise<object> {
  const { bullmq, signal, results } = context;
  const lock = new ExclusiveLock();

  const attempt = async (job: Job, id: string, hasStalled: boolean): Promise<object> => {
    signal.throwIfAborted();
    const record = await (hasStalled ? searchAlone : search)(job, id, context);
    await keep(record, context);
    return results ? { faces: countOf(record as Found) } : record;
  };

  /** The error for BullMQ: a final one, or one that gives the job another attempt. */
  const fail = async (job: Job, id: string, error: unknown): Promise<Error> => {
    const { error: reason } = failure('', error) as { error: { code: string; message: string } };
    const { code, message } = reason;
    const text = message.startsWith(`${code}: `) ? message : `${code}: ${message}`; // file system errors already start so
    const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (isWorthRetrying(reason.code) && !isLast) return new Error(text, { cause: error });
    await keep({ file: nameOf(id, job.data), id, error: reason }, context);
    return new bullmq.UnrecoverableError(text);
  };

  return async (job, token) => {
    const id = job.id as string;
    const hasStalled = job.stalledCounter > 0;
    try {
      return await lock.run(hasStalled, () => attempt(job, id, hasStalled));
    } catch (error) {
      const failed = signal.aborted ? undefined : await fail(job, id, error).catch(() => undefined);
      if (failed) throw failed;
      await job.moveToWait(token); // the worker stops: hand the job to the next one at once
      throw new bullmq.WaitingError();
    }
  };
}
