import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue, Worker, WorkerOptions } from 'bullmq';
import { type CreateOptions, FaceDetector } from '../../library/detector.js';
import { Interruption, interruption } from '../detect/interruption.js';
import { ResultsFile } from '../detect/results-file.js';
import { share } from '../detect/run.js';
import { plural } from '../plural.js';
import { UsageError } from '../usage-error.js';
import { isRefusal, type OpenQueue, openQueue, type QueueLocation, refused } from './bullmq.js';
import { left, readCounts, retrySuffix } from './counts.js';
import { type Gauge, gauge } from './gauge.js';
import { nameOf } from './job.js';
import { type JobContext, jobProcessor } from './process-job.js';
import { reportErrors, type Say, sayAbove } from './say.js';

// Files read ahead while others are searched.
const readAhead = 2;
// A search stops within a second of an abort; the rest of this time is for the queue's answers, which may never come.
const closeTimeoutMs = 10_000;

/** The parsed flags of `worker`. */
export interface WorkerSettings {
  location: QueueLocation;
  create: CreateOptions;
  jobs: number | undefined;
  root: string | undefined;
  results: string | undefined;
  /** Largest image in bytes. */
  maxBytes: number;
  films: string | undefined;
  /** Jobs of a worker that has been silent for this long go to another. */
  lockMs: number;
  /** How long, and how many, ended jobs the queue remembers. */
  keep: { age: number; count?: number };
  isQuiet: boolean;
}

/**
 * A results file for this process alone: no two processes write to one file, whatever the file system. `collect` reads
 * the queue's name from it.
 */
async function newResultsFile(folder: string, queue: string): Promise<ResultsFile> {
  mkdirSync(folder, { recursive: true });
  const name = `${queue}@${hostname()}-${randomBytes(8).toString('hex')}.ndjson`;
  const file = await ResultsFile.open(path.join(folder, name), false);
  if (process.platform !== 'win32') syncFolder(folder);
  return file;
}

/** Makes a new file's name survive a power failure. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function workerOptions({ lockMs, keep }: WorkerSettings, slots: number): Omit<WorkerOptions, 'connection'> {
  return {
    autorun: false,
    concurrency: slots + readAhead,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: Number.MAX_SAFE_INTEGER, // jobProcessor counts them per image
    removeOnComplete: keep,
    removeOnFail: keep,
    metrics: { maxDataPoints: 60 },
    // For backoff types that other programs set and BullMQ does not know: it would leave such a job active and retry it
    // forever.
    settings: { backoffStrategy: (attemptsMade) => 1000 * 2 ** (attemptsMade - 1) },
  };
}

/** Jobs ended by this worker, for its last line. */
class Tally {
  done = 0;
  failed = 0;
  readonly #started = performance.now();

  watch(worker: Worker, say: Say): void {
    worker.on('completed', () => this.done++);
    worker.on('failed', (job: Job | undefined, error) => {
      if (!job?.finishedOn) return; // will be retried
      this.failed++;
      say(`${nameOf(job.id as string, job.data)}: ${error.message}`);
    });
  }

  summary(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = (this.done + this.failed) / seconds;
    return `${plural(this.done, 'job')} done, ${this.failed} failed here; ${seconds.toFixed(1)} s, ${rate.toFixed(1)}/s`;
  }
}

function showProgress(queue: Queue, tally: Tally, isQuiet: boolean): Gauge {
  let first: number | undefined;
  return gauge(async () => {
    const counts = await readCounts(queue);
    first ??= counts.finished;
    const done = counts.finished - first;
    return {
      done,
      total: done + left(counts),
      text: `here ${tally.done} done, ${tally.failed} failed${retrySuffix(counts)}`,
    };
  }, isQuiet);
}

/** Resolves when the worker has returned its jobs and left the queue; exits the process if that takes too long. */
async function closeWorker(closing: Promise<unknown>, say: Say, lockMs: number): Promise<void> {
  const isClosed = await Promise.race([closing.then(() => true), sleep(closeTimeoutMs, false, { ref: false })]);
  if (isClosed) return;
  say(`the queue does not answer; it gives the jobs of this worker to others after ${lockMs / 500} s at most`);
  process.exit(1);
}

/** Takes jobs until a signal arrives, results cannot be written, or Redis refuses. */
async function takeJobs(
  settings: WorkerSettings,
  { bullmq, queue, redis }: OpenQueue,
  context: Pick<JobContext, 'detector' | 'root' | 'maxBytes' | 'films'> & { slots: number },
): Promise<void> {
  const stop = new AbortController();
  const signals = interruption();
  signals.addEventListener('abort', () => stop.abort(signals.reason));
  const giveUp = (error: unknown) => stop.abort(error);
  const results = settings.results ? await newResultsFile(settings.results, queue.name) : undefined;
  const processor = jobProcessor({ ...context, bullmq, results, signal: stop.signal, giveUp });
  const options = { connection: redis, ...workerOptions(settings, context.slots) };
  const worker = new bullmq.Worker(queue.name, processor, options);
  const tally = new Tally();
  const bar = showProgress(queue, tally, settings.isQuiet);
  const say = sayAbove(bar);
  reportErrors(queue, say, worker);
  // Otherwise BullMQ would retry at once, endlessly.
  worker.on('error', (error) => isRefusal(error) && giveUp(refused(settings.location.url, error)));
  tally.watch(worker, say);

  if (!settings.isQuiet) say(`taking jobs from queue ${queue.name}, ${context.slots} at once`);
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) return resolve();
    stop.signal.addEventListener('abort', () => resolve());
    worker.run().catch(giveUp);
  });
  await closeWorker(worker.close(), say, settings.lockMs);
  bar.stop();
  results?.close();
  if (!settings.isQuiet) say(tally.summary());
  throw stop.signal.reason;
}

/** Runs `worker` with validated arguments until a signal ends it. Resolves to the exit status. */
export async function runWorker(settings: WorkerSettings): Promise<number> {
  const root = settings.root && realpathSync(settings.root);
  if (root && !statSync(root).isDirectory()) throw new UsageError(`--root must be a folder, got ${settings.root}`);
  const { slots, threads } = share(Number.POSITIVE_INFINITY, settings.jobs);
  const detector = await FaceDetector.create({ ...settings.create, slots, threads });
  const open = await openQueue(settings.location);
  try {
    await takeJobs(settings, open, { detector, root, slots, maxBytes: settings.maxBytes, films: settings.films });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  } finally {
    open.redis.disconnect();
    await detector.close();
  }
  return 0;
}
