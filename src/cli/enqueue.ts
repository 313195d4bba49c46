import { checkOptions, optionTable } from '../library/detect-options.js';
import type { Command } from './command.js';
import { followFlags, frameTable, howFlags, readEvery } from './films/settings.js';
import { flagName, parseFlags, type Values } from './flags.js';
import { queueFlags, readQueueLocation } from './jobs/bullmq.js';
import type { Work } from './jobs/job.js';
import { UsageError } from './usage-error.js';

const enqueueFlags = {
  root: {
    kind: 'text',
    placeholder: 'DIR',
    about: 'the folder that stands for the --root of the workers, if not DIR itself; for a LIST, the folder you are in',
  },
  attempts: {
    kind: 'integer',
    min: 1,
    max: 100,
    default: 6,
    about: 'attempts at an image that fails with a temporary error',
  },
  backoff: {
    kind: 'number',
    min: 0.001,
    max: 3600,
    default: 2,
    about: 'seconds before the second attempt, doubled before each further one',
  },
  ahead: {
    kind: 'integer',
    min: 1,
    max: 100_000_000,
    default: 100_000,
    about: 'pause while this many jobs wait, since they take memory in Redis',
  },
  quiet: { kind: 'boolean', default: false, short: 'q', about: 'no progress bar and no summary' },
} as const;

const filmFlags = {
  films: { kind: 'boolean', default: false, about: 'add the films of the folder or list, not its images' },
  ...followFlags,
  redact: {
    kind: 'boolean',
    default: false,
    about:
      'write the films with their faces hidden, to the --films of the workers, instead of telling who is there when',
  },
  ...howFlags,
} as const;

const filmNames = Object.keys(filmFlags).filter((name) => name !== 'films');

/** What is done with each file. Throws UsageError, or FaceDetectorError INVALID_OPTION. */
function readWork(given: Values<typeof filmFlags & typeof optionTable>): Work {
  const { films = false, redact = false, searchEvery, maxGap, mode, shape, margin, regions, sound, ...options } = given;
  const needs = films ? 'redact' : 'films';
  const lonely = (films ? Object.keys(howFlags) : filmNames).find((name) => Object.hasOwn(given, name));
  if (lonely !== undefined && !(films && redact)) throw new UsageError(`${flagName(lonely)} needs ${flagName(needs)}`);
  if (!films) {
    checkOptions(options);
    return { isFilm: false, options };
  }
  checkOptions(options, frameTable);
  const follow = Object.entries({ ...readEvery(searchEvery), maxGap }).filter(([, value]) => value !== undefined);
  const how = Object.entries({ mode, shape, margin, regions, keepsSound: sound }).filter(([, v]) => v !== undefined);
  const film = { isFilm: true, options: { ...options, ...Object.fromEntries(follow) } };
  return redact ? { ...film, redact: Object.fromEntries(how) } : film;
}

export const enqueueCommand: Command = {
  name: 'enqueue',
  summary: 'add the images or films of a folder or a list to a queue (BullMQ on Redis or Valkey)',
  synopsis: ['--queue URL DIR|LIST|- [FLAG ...]'],
  about: `Adds a job for each image below a folder (as detect takes them), or for each line of a text file or of standard input: a path, from --root on. It reads no image.

--films adds the films instead: the workers tell who is there when, or with --redact write them with their faces hidden.

An image is in the queue once for the same options, however often it is added, so the command may be interrupted and run again. Detection options are stored with the jobs and take precedence over those of the worker.`,
  flags: { Queue: queueFlags, Jobs: enqueueFlags, Films: filmFlags, Detection: optionTable },
  completes: 'files',
  examples: [
    ['enqueue --queue redis://127.0.0.1 photos', 'for workers with --root photos'],
    [
      'enqueue --queue redis://127.0.0.1 photos/2024 --root photos --min-face-size 40',
      'a part of them, larger faces only',
    ],
    ['enqueue --queue redis://127.0.0.1 --root photos - < list.txt', 'the images of a list'],
    ['enqueue --queue redis://127.0.0.1 films --films --redact', 'films, for workers with --root films --films public'],
  ],
  statuses: {
    0: 'all are in the queue',
    1: 'none is, or the queue cannot be reached',
    3: 'all except files whose names are not UTF-8, which it reports',
    130: 'stopped by Ctrl-C (143 by SIGTERM, 129 by SIGHUP); run it again to continue',
  },
  async run(args) {
    const { given, rest } = parseFlags(args, { ...queueFlags, ...enqueueFlags, ...filmFlags, ...optionTable });
    const [source, ...others] = rest;
    if (source === undefined || others.length > 0)
      throw new UsageError('enqueue needs one folder, one list of paths, or -');
    const { queue, name, root, quiet = false, ...more } = given;
    const { attempts = enqueueFlags.attempts.default, ahead = enqueueFlags.ahead.default, ...left } = more;
    const { backoff = enqueueFlags.backoff.default, ...asked } = left;
    const work = readWork(asked);
    const location = readQueueLocation({ ...(queue && { queue }), ...(name && { name }) });
    const { runEnqueue } = await import('./jobs/run-enqueue.js');
    return runEnqueue({ location, source, root, work, attempts, backoffMs: backoff * 1000, ahead, isQuiet: quiet });
  },
};
