import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import type { DetectOptions } from '../../library/detect-options.js';
import { Interruption, interruption } from '../detect/interruption.js';
import { plural } from '../plural.js';
import { UsageError } from '../usage-error.js';
import { asking, openQueue, type QueuePlace } from './bullmq.js';
import { left, readCounts } from './counts.js';
import { gauge } from './gauge.js';
import { type JobData, jobId } from './job.js';
import { chunks, imagesBelow, linesOf } from './listing.js';
import { pathBelow } from './root-folder.js';
import { type Say, sayAbove, tellErrors } from './say.js';

// Added by one exchange with Redis, some 500 bytes each.
const chunkSize = 1000;
const pollMs = 500;

/** What the flags of `enqueue` ask for. */
export interface EnqueueSettings {
  place: QueuePlace;
  /** A folder, a list of paths, or `-`. */
  source: string;
  root: string | undefined;
  options: DetectOptions;
  attempts: number;
  /** Milliseconds before the second attempt, twice as many before each further one. */
  backoffMs: number;
  /** No more is added while so many jobs wait. */
  ahead: number;
  isQuiet: boolean;
}

interface Source {
  /** Whether `paths` can be asked for more than once: what comes through a pipe comes once. */
  isLasting: boolean;
  /**
   * Paths below the root, with slashes, one by one. A name that is not UTF-8, which a job could not tell from another one, is given to
   * `leaveOut` where it was found in a folder. Throws UsageError where a list has one, or a path outside of the root.
   */
  paths: (leaveOut: (name: string) => void) => AsyncGenerator<string>;
}

/** What `source` stands for. */
async function readSource(source: string, givenRoot: string | undefined): Promise<Source> {
  const kind = source === '-' ? undefined : await stat(source);
  const isFolder = kind?.isDirectory() ?? false;
  const root = path.resolve(givenRoot ?? (isFolder ? source : '.'));
  async function* paths(leaveOut: (name: string) => void) {
    for await (const name of isFolder ? imagesBelow(path.resolve(source)) : linesOf(source)) {
      if (name.includes('\uFFFD')) {
        if (!isFolder) throw new UsageError(`${source}: ${name} is not UTF-8`);
        leaveOut(name);
        continue;
      }
      let below: string;
      try {
        below = pathBelow(root, name);
      } catch {
        throw new UsageError(`${name} is not below the root ${root}: --root DIR says what is`);
      }
      yield path.sep === '/' ? below : below.replaceAll(path.sep, '/');
    }
  }
  return { isLasting: isFolder || (kind?.isFile() ?? false), paths };
}

function jobOf(file: string, { options, attempts, backoffMs }: EnqueueSettings) {
  const data: JobData = Object.keys(options).length > 0 ? { path: file, options } : { path: file };
  const backoff = { type: 'exponential', delay: backoffMs, jitter: 0.5 }; // so that not all come back at once
  return { name: 'detect', data, opts: { jobId: jobId(file, options), attempts, backoff, stackTraceLimit: 1 } };
}

/** How far the adding is. */
interface Progress {
  added: number;
  leftOut: number;
  /** Files found so far by a second listing, which is ahead of the adding; NaN where the list can be read once only. */
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

/** Adds a job for each path, a chunk at a time, and waits while there are enough. */
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
    await queue.addBulk(chunk.map((file) => jobOf(file, settings)));
    progress.added += chunk.length;
    signal.throwIfAborted();
  }
}

/** `enqueue` with checked arguments. Resolves to the exit status. */
export async function runEnqueue(settings: EnqueueSettings): Promise<number> {
  const source = await readSource(settings.source, settings.root);
  const { queue, redis } = await openQueue(settings.place);
  const signal = interruption();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
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
  const heard = tellErrors([queue], say);
  const quiet = new AbortController();
  try {
    if (source.isLasting && !settings.isQuiet) count(source, progress, quiet.signal).catch(() => {}); // addAll meets the same, and tells
    const adding = addAll(queue, source, settings, progress, { say, signal });
    adding.catch(() => {}); // after an interruption nobody waits for it
    await asking(settings.place.url, () => Promise.race([adding, aborted])); // a lost connection may keep it for ever
    heard();
    bar.stop();
    if (!settings.isQuiet) say(`${plural(progress.added, 'image')} in the queue, each once however often it is added`);
    if (progress.leftOut === 0) return 0;
    return progress.added > 0 ? 3 : 1;
  } catch (error) {
    bar.stop();
    if (!(error instanceof Interruption)) throw error;
    say(`interrupted after ${plural(progress.added, 'image')}; the same command goes on, and adds none twice`);
    return error.status;
  } finally {
    quiet.abort();
    redis.disconnect();
  }
}
