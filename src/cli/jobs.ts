import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Queue } from 'bullmq';
import { type Command, program } from './command.js';
import { Interruption } from './detect/interruption.js';
import { parseFlags } from './flags.js';
import { askQueue, openQueue, queueFlags, readQueueLocation } from './jobs/bullmq.js';
import { type Collected, collect } from './jobs/collect.js';
import { readCounts } from './jobs/counts.js';
import { shownCounts, waitUntilDone } from './jobs/status.js';
import { plural } from './plural.js';
import { UsageError } from './usage-error.js';

const statusFlags = {
  wait: { kind: 'boolean', default: false, about: 'status: show progress and rate until no job is left' },
  json: { kind: 'boolean', default: false, about: 'status: the counts as one JSON object' },
} as const;
type Given = { queue?: string; name?: string; wait?: boolean; json?: boolean };

async function withQueue<T>(given: Given, use: (queue: Queue) => Promise<T>): Promise<T> {
  const location = readQueueLocation(given);
  const { queue, redis } = await openQueue(location);
  try {
    return await askQueue(location.url, () => use(queue));
  } finally {
    redis.disconnect();
  }
}

async function status(queue: Queue, { wait = false, json = false }: Given): Promise<number> {
  try {
    const counts = wait ? await waitUntilDone(queue) : await readCounts(queue);
    process.stdout.write(json ? `${JSON.stringify(counts)}\n` : shownCounts(counts));
    return 0;
  } catch (error) {
    if (error instanceof Interruption) return error.status;
    throw error;
  }
}

const failedJobs = (queue: Queue) => queue.getJobs('failed', 0, 999, true);

async function retry(queue: Queue): Promise<number> {
  const { failed } = await readCounts(queue);
  let back = 0;
  // The oldest first: jobs that fail again meanwhile go to the end. BullMQ's retryJobs would not reset the attempts.
  for (let jobs = await failedJobs(queue); back < failed && jobs.length > 0; jobs = await failedJobs(queue)) {
    await Promise.all(jobs.map((job) => job.retry('failed', { resetAttemptsMade: true })));
    back += jobs.length;
  }
  process.stderr.write(`${program}: ${plural(back, 'job')} back in the queue\n`);
  return 0;
}

async function collectFolder(folder: string): Promise<number> {
  const collected: Collected = { images: 0, failed: 0, duplicates: 0 };
  try {
    await pipeline(Readable.from(collect(folder, collected)), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0; // the reader closed the pipe
    throw error;
  }
  const { images, failed, duplicates } = collected;
  process.stderr.write(
    `${program}: ${plural(images, 'image')}, ${failed} of them failed; ${plural(duplicates, 'duplicate')} skipped\n`,
  );
  return 0;
}

export const jobsCommand: Command = {
  name: 'jobs',
  summary: 'show the progress of that queue, retry failed jobs, collect results',
  synopsis: ['status --queue URL [--wait] [--json]', 'retry --queue URL', 'collect DIR > FILE'],
  about: `status shows how many jobs wait, run, are done and have failed. With --wait it ends when no job is left, with status 0 even if some failed: it says how many.

retry puts failed jobs back into the queue, with new attempts.

collect writes the results in the --results DIR of the workers as one NDJSON file with one line per image: two workers may have written the same image, if the first was killed before the queue knew. It may run while workers do.`,
  flags: { Queue: queueFlags, Output: statusFlags },
  completes: ['status', 'retry', 'collect'],
  examples: [
    ['jobs status --queue redis://127.0.0.1 --wait', 'a bar until no job is left'],
    ['jobs collect faces > faces.ndjson', 'each image once'],
  ],
  async run(args) {
    const { given, rest } = parseFlags(args, { ...queueFlags, ...statusFlags });
    const [verb, folder, ...others] = rest;
    if (verb === 'collect' && folder !== undefined && others.length === 0) return collectFolder(folder);
    if (verb === 'status' && folder === undefined) return withQueue(given, (queue) => status(queue, given));
    if (verb === 'retry' && folder === undefined) return withQueue(given, retry);
    throw new UsageError('jobs needs one of status, retry, collect DIR');
  },
};
