import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { UsageError } from '../usage-error.js';
import { JobError } from './job-error.js';

const connectTimeoutMs = 10_000;

/** Flags that say which queue. */
export const queueFlags = {
  queue: {
    kind: 'text',
    placeholder: 'URL',
    about:
      'Redis or Valkey: redis://HOST:PORT/DATABASE, or rediss:// for TLS; default: QUEUE_URL of the environment, the place for a URL with a password',
  },
  name: {
    kind: 'text',
    placeholder: 'NAME',
    about: 'the queue there: one for each collection of images (default faces)',
  },
} as const;

/** Which queue, where. */
export interface QueuePlace {
  name: string;
  url: string;
}

/** A queue that has answered. */
export interface OpenQueue {
  bullmq: Bullmq;
  queue: Queue;
  /** The connection of the queue, for more objects of BullMQ. To be ended by its `disconnect`, which waits for nothing. */
  redis: Redis;
}

export type Bullmq = Pick<typeof import('bullmq'), 'Queue' | 'Worker' | 'UnrecoverableError' | 'WaitingError'> &
  Pick<typeof import('ioredis'), 'Redis'>;

/** Whether Redis has answered, and the answer is no: its memory is full, the user may not, it is a replica. */
export const isRefusal = (error: unknown) => (error as Error | undefined)?.name === 'ReplyError';

/** The error for a queue at `url` that refuses. */
export function refused(url: string, cause: Error): JobError {
  return new JobError('QUEUE_REFUSED', `the queue's Redis at ${new URL(url).host} refuses: ${cause.message}`, {
    cause,
  });
}

/** Runs what asks the queue at `url`. Rejects with JobError QUEUE_REFUSED where Redis refuses, else as `ask` does. */
export async function asking<T>(url: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isRefusal(error) ? refused(url, error as Error) : error;
  }
}

/** BullMQ, which only those install who use it. Rejects with JobError BULLMQ_MISSING. */
async function loadBullmq(): Promise<Bullmq> {
  try {
    const [{ Redis }, bullmq] = await Promise.all([import('ioredis'), import('bullmq')]);
    return { Redis, ...bullmq };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const message = 'bulk jobs need BullMQ, which is not installed. Install it: npm install bullmq ioredis';
    throw new JobError('BULLMQ_MISSING', message, { cause: error });
  }
}

/** Whether it names a host, and a database by its number if any: ioredis takes a missing host for this machine. */
function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  return ['redis:', 'rediss:'].includes(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname);
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** The place that the flags name. Throws UsageError. */
export function readPlace(given: { queue?: string; name?: string }): QueuePlace {
  const { queue = process.env['QUEUE_URL'], name = 'faces' } = given;
  if (!queue) throw new UsageError('--queue URL is needed, or QUEUE_URL in the environment');
  // What was given may hold a password, so that no message repeats it.
  if (!isRedisUrl(queue))
    throw new UsageError('--queue must be a URL such as redis://127.0.0.1:6379 or rediss://:PASSWORD@HOST:6380/0');
  if (!isDecodable(new URL(queue))) throw new UsageError('--queue: a "%" in its user or password is written %25');
  if (!/^[\w.-]+$/.test(name)) throw new UsageError('--name may have letters, digits, "_", "." and "-"');
  return { name, url: queue };
}

async function reach(url: string, { Redis }: Bullmq): Promise<void> {
  const { host } = new URL(url);
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: connectTimeoutMs });
  const faults: NodeJS.ErrnoException[] = []; // `connect` rejects with what comes of them, or not at all
  redis.on('error', (error) => faults.push(error));
  const timer = setTimeout(() => redis.disconnect(), connectTimeoutMs); // whatever listens there may not be Redis
  try {
    await redis.connect();
    await redis.info(); // what BullMQ asks for as well
    if (faults[0]) throw faults[0];
  } catch (error) {
    const cause = faults[0] ?? (error as NodeJS.ErrnoException);
    throw isRefusal(cause)
      ? refused(url, cause)
      : new JobError('QUEUE_UNREACHABLE', `no Redis answers at ${host}: ${cause.code ?? cause.message}`, { cause });
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/**
 * Opens the queue. Rejects with JobError BULLMQ_MISSING, QUEUE_UNREACHABLE where nothing answers within 10 s, or QUEUE_REFUSED where
 * it does not take us. Once open, it waits for a connection that is lost until it is back: so do all that is asked of it.
 */
export async function openQueue({ name, url }: QueuePlace): Promise<OpenQueue> {
  const bullmq = await loadBullmq();
  await reach(url, bullmq);
  const redis = new bullmq.Redis(url, { maxRetriesPerRequest: null });
  const queue = new bullmq.Queue(name, { connection: redis });
  queue.on('error', () => {}); // `waitUntilReady` rejects with the same
  try {
    await asking(url, () => queue.waitUntilReady());
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return { bullmq, redis, queue };
}
