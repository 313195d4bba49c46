import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { extensions } from '../detect/inputs.js';
import { Interruption, interruption } from '../detect/interruption.js';
import { plural } from '../plural.js';
import { UsageError } from '../usage-error.js';
import { askQueue, openQueue, type QueueLocation, untilEnded } from './bullmq.js';
import { left, readCounts } from './counts.js';
import { gauge } from './gauge.js';
import { dataOf, jobId, type Work } from './job.js';
import { chunks, filesBelow, filmExtensions, linesOf } from './listing.js';
import { pathBelow } from './root-folder.js';
import { reportErrors, type Say, sayAbove } from './say.js';

// Jobs added per round trip to Redis, some 500 bytes each.
const chunkSize = 1000;
const pollMs = 500;

/** The parsed flags of `enqueue`. */
export interface EnqueueSettings {
  location: QueueLocation;
  /** A folder, a list of paths, or `-`. */
  source: string;
  root: string | undefined;
  work: Work;
  attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one. */
  backoffMs: number;
  /** Pause while this many jobs wait. */
  ahead: number;
  isQuiet: boolean;
}

interface Source {
  /** Whether `paths` can be called more than once: a pipe can be read only once. */
  isRepeatable: boolean;
  /**
   * Paths below the root, with slashes, one by one. A file found in a folder whose name is not UTF-8, which a job could
   * not represent, is passed to `leaveOut`. Throws UsageError if a list has such a name, or a path outside the root.
   */
  paths: (leaveOut: (name: string) => void) => AsyncGenerator<string>;
}

/** The images or films in `source`. */
async function readSource({ source, root: givenRoot, work }: EnqueueSettings): Promise<Source> {
  const wanted = work.isFilm ? filmExtensions : extensions;
  const kind = source === '-' ? undefined : await stat(source);
  const isFolder = kind?.isDirectory() ?? false;
  const root = path.resolve(givenRoot ?? (isFolder ? source : '.'));
  async function* paths(leaveOut: (name: string) => void) {
    for await (const name of isFolder ? filesBelow(path.resolve(source), wanted) : linesOf(source)) {
      if (name.includes('\uFFFD')) {
        if (!isFolder) throw new UsageError(`${source}: ${name} is not UTF-8`);
        leaveOut(name);
        continue;
      }
      let below: string;
      try {
        below = pathBelow(root, name);
      } catch {
        throw new UsageError(`${name} is not below the root ${root}: set it with --root DIR`);
      }
      yield path.sep === '/' ? below : below.replaceAll(path.sep, '/');
    }
  }
  return { isRepeatable: isFolder || (kind?.isFile() ?? false), paths };
}

function jobOf(file: string, { work, attempts, backoffMs }: EnqueueSettings) {
  const backoff = { type: 'exponential', delay: backoffMs, jitter: 0.5 }; // so that not all are retried at once
  const opts = { jobId: jobId(file, work), attempts, backoff, stackTraceLimit: 1 };
  return { name: work.isFilm ? 'film' : 'detect', data: dataOf(file, work), opts };
}

/** Progress of adding jobs. */
interface Progress {
  added: number;
  leftOut: number;
  /** Files found by a second listing, which runs ahead of the adding; NaN if the list can be read only once. */
  found: number;
  waiting: number;
}

async function count({ paths }: Source, progress: Progress, signal: AbortSignal): Promise<void> {
  progress.found = 0;
  for await (const _path of paths(() => {})) {
    progress.found++;
    if (signal.aborted) return;
  }
}

/** Adds jobs; again where the connection was lost between their answers, which adds none twice. */
async function addChunk(queue: Queue, jobs: ReturnType<typeof jobOf>[], signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await queue.addBulk(jobs);
      return;
    } catch (error) {
      const isCutOff = (error as Error).name === 'AbortError'; // by ioredis, which sends single commands again by itself
      if (!isCutOff || signal.aborted) throw error;
    }
  }
}

/** Adds a job for each path, in chunks, and pauses while enough jobs wait. */
async function addAll(
  queue: Queue,
  { paths }: Source,
  settings: EnqueueSettings,
  progress: Progress,
  { say, signal }: { say: Say; signal: AbortSignal },
) {
  const leaveOut = (name: string) => {
    progress.leftOut++;
    say(`${name} is left out: its name is not UTF-8`);
  };
  for await (const chunk of chunks(paths(leaveOut), chunkSize)) {
    for (;;) {
      progress.waiting = left(await readCounts(queue));
      if (progress.waiting < settings.ahead) break;
      await sleep(pollMs, undefined, { signal });
    }
    const jobs = chunk.map((file) => jobOf(file, settings));
    await addChunk(queue, jobs, signal);
    progress.added += chunk.length;
    signal.throwIfAborted();
  }
}

/** Runs `enqueue` with validated arguments. Resolves to the exit status. */
export async function runEnqueue(settings: EnqueueSettings): Promise<number> {
  const what = settings.work.isFilm ? 'film' : 'image';
  const source = await readSource(settings);
  const { queue, redis } = await openQueue(settings.location);
  const signal = interruption();
  const ended = untilEnded(queue, signal);
  const progress: Progress = { added: 0, leftOut: 0, found: Number.NaN, waiting: 0 };
  const bar = gauge(async () => {
    const total = Math.max(progress.added, progress.found || 0);
    const isFull = progress.waiting >= settings.ahead;
    return {
      done: progress.added,
      total,
      text: `${progress.waiting} wait${isFull ? ': workers are needed' : ''}`,
    };
  }, settings.isQuiet);
  const say = sayAbove(bar);
  reportErrors(queue, say);
  const quiet = new AbortController();
  try {
    if (source.isRepeatable && !settings.isQuiet) count(source, progress, quiet.signal).catch(() => {}); // addAll reports the same errors
    const adding = addAll(queue, source, settings, progress, { say, signal });
    adding.catch(() => {}); // not awaited after an interruption
    await askQueue(settings.location.url, () => Promise.race([adding, ended])); // a lost connection may block it forever
    bar.stop();
    if (!settings.isQuiet) say(`${plural(progress.added, what)} in the queue, each once however often it is added`);
    if (progress.leftOut === 0) return 0;
    return progress.added > 0 ? 3 : 1;
  } catch (error) {
    bar.stop();
    if (!(error instanceof Interruption)) throw error;
    say(
      `interrupted after ${plural(progress.added, what)}; run the same command again to continue, it adds none twice`,
    );
    return error.status;
  } finally {
    quiet.abort();
    redis.disconnect();
  }
}
