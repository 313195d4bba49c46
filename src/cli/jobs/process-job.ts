import type { Job } from 'bullmq';
import type { Detection } from '../../library/detection.js';
import type { FaceDetector } from '../../library/detector.js';
import { crashesToQuarantine } from '../../library/quarantine-policy.js';
import { failure } from '../detect/record.js';
import type { ResultsFile } from '../detect/results-file.js';
import type { Bullmq } from './bullmq.js';
import { ExclusiveLock } from './exclusive-lock.js';
import { nameOf, readTask } from './job.js';
import { isWorthRetrying, JobError, tooLarge } from './job-error.js';
import { readBelow } from './root-folder.js';

/** What becomes of one job: its value in the queue, or its line in a results file. */
export type JobRecord = { file: string; id: string } & (Detection | { error: { code: string; message: string } });

/** What the jobs of one worker have in common. */
export interface JobContext {
  detector: FaceDetector;
  bullmq: Pick<Bullmq, 'UnrecoverableError' | 'WaitingError'>;
  /** Real path of the folder that paths begin at; without one, jobs bring their image. */
  root: string | undefined;
  /** Largest image. */
  maxBytes: number;
  /** Where results go, if not to the queue. */
  results: ResultsFile | undefined;
  /** Aborts when the worker is to stop: its jobs then go back to the queue. */
  signal: AbortSignal;
  /** Called where results cannot be written: no job would end well here. Aborts `signal`. */
  giveUp: (error: unknown) => void;
}

async function search(job: Job, id: string, { detector, root, maxBytes, signal }: JobContext): Promise<JobRecord> {
  const { file, path = '', bytes, options } = readTask(id, job.data);
  if (!bytes && !root) throw new JobError('OUTSIDE_ROOT', 'this worker has no --root: it takes images in the job only');
  if (bytes && bytes.byteLength > maxBytes) throw tooLarge(file, bytes.byteLength, maxBytes);
  const image = bytes ?? (await readBelow(root as string, path, maxBytes, signal));
  return { file, id, ...(await detector.detect(image, { ...options, signal })) };
}

/**
 * Searches a job that a worker was lost with, while nothing else is searched here, and notes that in the queue: if this process ends as
 * well, it was because of this image, or is counted so. BullMQ's own count would also blame the images that happened to be searched
 * beside it. Rejects with JobError IMAGE_QUARANTINED after `crashesToQuarantine` times.
 */
async function searchAlone(job: Job, id: string, context: JobContext): Promise<JobRecord> {
  const { crashes = 0 } = Object(job.progress) as { crashes?: number };
  if (crashes >= crashesToQuarantine) {
    await job.updateProgress({ crashes: 0 }); // whoever has it tried again means it
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

/** Resolves when the record is on the disk, where results go to a file: only then may the queue hear that the job is done. */
async function keep(record: JobRecord, { results, giveUp, signal }: JobContext): Promise<void> {
  signal.throwIfAborted(); // no line follows one that could not be ended
  try {
    results?.append(record);
    await results?.sync();
  } catch (error) {
    giveUp(error);
    signal.throwIfAborted();
  }
}

/** What BullMQ calls for each job of a worker: resolves to the value that the queue keeps of it. */
export function jobProcessor(context: JobContext): (job: Job, token?: string) => Promise<object> {
  const { bullmq, signal, results } = context;
  const lock = new ExclusiveLock();

  const attempt = async (job: Job, id: string, hasStalled: boolean): Promise<object> => {
    signal.throwIfAborted();
    const record = await (hasStalled ? searchAlone : search)(job, id, context);
    await keep(record, context);
    return results ? { faces: (record as Detection).faces.length } : record;
  };

  /** The error for BullMQ: one that is final, or that gives the job another attempt. */
  const fail = async (job: Job, id: string, error: unknown): Promise<Error> => {
    const { error: reason } = failure('', error) as { error: { code: string; message: string } };
    const { code, message } = reason;
    const text = message.startsWith(`${code}: `) ? message : `${code}: ${message}`; // as those of the file system
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
      await job.moveToWait(token); // the worker stops: the next one has the job at once
      throw new bullmq.WaitingError();
    }
  };
}
