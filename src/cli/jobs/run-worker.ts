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
import { isRefusal, type OpenQueue, openQueue, type QueuePlace, refused } from './bullmq.js';
import { left, readCounts, toTryAgain } from './counts.js';
import { type Gauge, gauge } from './gauge.js';
import { nameOf } from './job.js';
import { type JobContext, jobProcessor } from './process-job.js';
import { type Say, sayAbove, tellErrors } from './say.js';

// Files that are read while others are searched.
const readAhead = 2;
// A search ends within a second of being aborted; what remains is the queue's answers, which may never come.
const closeTimeoutMs = 10_000;

/** What the flags of `worker` ask for. */
export interface WorkerSettings {
  place: QueuePlace;
  create: CreateOptions;
  jobs: number | undefined;
  root: string | undefined;
  results: string | undefined;
  /** Largest image. */
  maxBytes: number;
  /** Jobs of a worker that is not heard of for so long are given to another. */
  lockMs: number;
  /** How long and how many jobs the queue remembers when they have ended. */
  keep: { age: number; count?: number };
  isQuiet: boolean;
}

/** A file of this process alone: no two write to one, whatever file system it is on. `collect` looks at the queue's name. */
async function newResultsFile(folder: string, queue: string): Promise<ResultsFile> {
  mkdirSync(folder, { recursive: true });
  const name = `${queue}@${hostname()}-${randomBytes(8).toString('hex')}.ndjson`;
  const file = await ResultsFile.open(path.join(folder, name), false);
  if (process.platform !== 'win32') syncFolder(folder);
  return file;
}

/** So that a new file's name outlives a loss of power as well. */
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
    maxStalledCount: Number.MAX_SAFE_INTEGER, // jobProcessor counts, and more justly
    removeOnComplete: keep,
    removeOnFail: keep,
    metrics: { maxDataPoints: 60 },
    // Of what other programs ask for and BullMQ does not know: it would leave such a job active, and try it for ever.
    settings: { backoffStrategy: (attemptsMade) => 1000 * 2 ** (attemptsMade - 1) },
  };
}

/** Jobs that this worker has ended, for its last line. */
class Tally {
  done = 0;
  failed = 0;
  readonly #started = performance.now();

  watch(worker: Worker, say: Say): void {
    worker.on('completed', () => this.done++);
    worker.on('failed', (job: Job | undefined, error) => {
      if (!job?.finishedOn) return; // will be tried again
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

function showProgress(queue: Queue, tally: Tally, isQuiet: boolean, heard: () => void): Gauge {
  let first: number | undefined;
  return gauge(async () => {
    const counts = await readCounts(queue);
    heard();
    first ??= counts.finished;
    const done = counts.finished - first;
    return {
      done,
      total: done + left(counts),
      text: `here ${tally.done} done, ${tally.failed} failed${toTryAgain(counts)}`,
    };
  }, isQuiet);
}

/** Resolves when the worker has given its jobs back and left the queue, or ends the process where that takes too long. */
async function leave(closing: Promise<unknown>, say: Say, lockMs: number): Promise<void> {
  const isClosed = await Promise.race([closing.then(() => true), sleep(closeTimeoutMs, false, { ref: false })]);
  if (isClosed) return;
  say(`the queue does not answer; it gives the jobs of this worker to others after ${lockMs / 500} s at most`);
  process.exit(1);
}

/** Takes jobs until a signal, results that cannot be written, or a queue that refuses end it. */
async function takeJobs(
  settings: WorkerSettings,
  { bullmq, queue, redis }: OpenQueue,
  context: Pick<JobContext, 'detector' | 'root' | 'maxBytes'> & { slots: number },
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
  let heard = () => {};
  const bar = showProgress(queue, tally, settings.isQuiet, () => heard());
  const say = sayAbove(bar);
  heard = tellErrors([worker, queue], say);
  // BullMQ would ask again at once, and again, for as long as that lasts.
  worker.on('error', (error) => isRefusal(error) && giveUp(refused(settings.place.url, error)));
  tally.watch(worker, say);

  if (!settings.isQuiet) say(`takes jobs of the queue ${queue.name}, ${context.slots} at once`);
  await new Promise<void>((resolve) => {
    if (stop.signal.aborted) return resolve();
    stop.signal.addEventListener('abort', () => resolve());
    worker.run().catch(giveUp);
  });
  await leave(worker.close(), say, settings.lockMs);
  bar.stop();
  results?.close();
  if (!settings.isQuiet) say(tally.summary());
  throw stop.signal.reason;
}

/** `worker` with checked arguments: works until a signal ends it. Resolves to the exit status. */
export async function runWorker(settings: WorkerSettings): Promise<number> {
  const root = settings.root && realpathSync(settings.root);
  if (root && !statSync(root).isDirectory()) throw new UsageError(`--root must be a folder, got ${settings.root}`);
  const { slots, threads } = share(Number.POSITIVE_INFINITY, settings.jobs);
  const detector = await FaceDetector.create({ ...settings.create, slots, threads });
  const open = await openQueue(settings.place);
  try {
    await takeJobs(settings, open, { detector, root, slots, maxBytes: settings.maxBytes });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
  } finally {
    open.redis.disconnect();
    await detector.close();
  }
  return 0;
}
