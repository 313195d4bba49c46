import { optionTable } from '../library/detect-options.js';
import type { Command } from './command.js';
import { modelFlags, runFlags } from './detect/settings.js';
import { parseFlags } from './flags.js';
import { queueFlags, readQueueLocation } from './jobs/bullmq.js';
import { UsageError } from './usage-error.js';

const workerFlags = {
  root: {
    kind: 'text',
    placeholder: 'DIR',
    about: 'the folder that paths of jobs begin at; nothing outside of it is read. Without it, jobs bring their image',
  },
  results: {
    kind: 'text',
    placeholder: 'DIR',
    about:
      'write results into a file of this process in DIR, for `jobs collect`; else they are the values of the jobs in the queue',
  },
  films: {
    kind: 'text',
    placeholder: 'DIR',
    about:
      'write what is made of films below DIR, under their paths: the film with its faces hidden, or PATH.ndjson with a line for each frame',
  },
  maxBytes: {
    kind: 'integer',
    min: 1024,
    max: 2 ** 31,
    default: 200 * 2 ** 20,
    about: 'largest image in bytes; larger ones fail. A few are in memory at once',
  },
  lock: {
    kind: 'integer',
    min: 1,
    max: 3600,
    default: 30,
    about: 'seconds (at most twice that) until the jobs of a worker that has disappeared go to others',
  },
  keepDays: {
    kind: 'number',
    min: 0.001,
    max: 3650,
    default: 7,
    about: 'how long the queue remembers finished jobs; an image added again within that time is not searched again',
  },
  keep: {
    kind: 'integer',
    min: 1,
    max: 100_000_000,
    about: 'how many done and how many failed jobs it remembers at most',
  },
  quiet: { kind: 'boolean', default: false, short: 'q', about: 'report errors only' },
} as const;

const detectorFlags = { ...modelFlags, ...optionTable };

export const workerCommand: Command = {
  name: 'worker',
  summary: 'search the images and films in that queue',
  synopsis: ['--queue URL --root DIR [FLAG ...]'],
  about: `Searches the images of the queue that enqueue, or any program with BullMQ, has filled, on all cores, until it is stopped. Start as many as you like, on as many machines as you like.

SIGTERM and Ctrl-C return its running jobs to the queue and end it with status 0; a second signal ends it at once. A killed worker loses nothing: after --lock seconds another one does its jobs. A temporary error is retried with backoff, as enqueue --attempts says; a file that is no image, or an image that crashes the process, fails at once.

docs/JOBS.md has the details. BullMQ is not part of this package: npm install bullmq ioredis.`,
  flags: {
    Queue: queueFlags,
    Running: { ...workerFlags, ...runFlags, ...modelFlags },
    'Detection, where the job does not say': optionTable,
  },
  completes: 'files',
  examples: [
    [
      'worker --queue redis://127.0.0.1 --root photos --results faces',
      'results in files, which `jobs collect` makes one of',
    ],
    ['worker --queue rediss://queue.example.org --root /mnt/photos', 'results in the queue, for your own program'],
  ],
  statuses: {
    0: 'stopped by a signal; its jobs are back in the queue',
    1: 'failed, or the queue did not take its jobs back in 10 s',
  },
  async run(args) {
    const { given, rest } = parseFlags(args, { ...queueFlags, ...workerFlags, ...runFlags, ...detectorFlags });
    if (rest.length > 0) throw new UsageError(`worker takes flags only, got ${rest.join(' ')}`);
    const { queue, name, root, results, films, jobs, quiet = false, keep, ...more } = given;
    const { maxBytes = workerFlags.maxBytes.default, ...settings } = more;
    const { lock = workerFlags.lock.default, keepDays = workerFlags.keepDays.default, ...create } = settings;
    const location = readQueueLocation({ ...(queue && { queue }), ...(name && { name }) });
    const { runWorker } = await import('./jobs/run-worker.js');
    const age = Math.ceil(keepDays * 86_400);
    return runWorker({
      location,
      create,
      jobs,
      root,
      results,
      films,
      maxBytes,
      lockMs: lock * 1000,
      keep: keep === undefined ? { age } : { age, count: keep },
      isQuiet: quiet,
    });
  },
};
