import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { UsageError } from '../usage-error.js';
import { JobError } from './job-error.js';

const connectTimeoutMs = 10_000;

/** Flags that select the queue. */
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

/** A queue's name and its Redis. */
export interface QueueLocation {
  name: string;
  url: string;
}

/** A queue that is connected. */
export interface OpenQueue {
  bullmq: Bullmq;
  queue: Queue;
  /** The queue's connection, for other BullMQ objects. Close it with `disconnect`, which does not wait. */
  redis: Redis;
}

export type Bullmq = Pick<typeof import('bullmq'), 'Queue' | 'Worker' | 'UnrecoverableError' | 'WaitingError'> &
  Pick<typeof import('ioredis'), 'Redis'>;

/** Whether Redis answered with an error: its memory is full, the user lacks permission, it is a replica. */
export const isRefusal = (error: unknown) => (error as Error | undefined)?.name === 'ReplyError';

/** The error for a Redis at `url` that refuses. */
export function refused(url: string, cause: Error): JobError {
  return new JobError('QUEUE_REFUSED', `the queue's Redis at ${new URL(url).host} refuses: ${cause.message}`, {
    cause,
  });
}

/**
 * Runs `ask`, which uses the queue at `url`. Rejects with JobError QUEUE_REFUSED if Redis refuses, otherwise like
 * `ask`.
 */
export async function askQueue<T>(url: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isRefusal(error) ? refused(url, error as Error) : error;
  }
}

/** Rejects when `signal` aborts, with its reason, or when Redis refuses a connection; may be left without a handler. */
export function untilEnded(queue: Queue, signal: AbortSignal): Promise<never> {
  const ended = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    queue.on('error', (error) => isRefusal(error) && reject(error));
  });
  ended.catch(() => {});
  return ended;
}

/** Loads BullMQ, an optional dependency. Rejects with JobError BULLMQ_MISSING. */
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

/** Whether the URL has a host, and a database number if any: ioredis takes a missing host for this machine. */
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

/** The queue named by the flags. Throws UsageError. */
export function readQueueLocation(given: { queue?: string; name?: string }): QueueLocation {
  const { queue = process.env['QUEUE_URL'], name = 'faces' } = given;
  if (!queue) throw new UsageError('--queue URL is needed, or QUEUE_URL in the environment');
  // The URL may contain a password, so no message repeats it.
  if (!isRedisUrl(queue))
    throw new UsageError('--queue must be a URL such as redis://127.0.0.1:6379 or rediss://:PASSWORD@HOST:6380/0');
  if (!isDecodable(new URL(queue))) throw new UsageError('--queue: a "%" in its user or password is written %25');
  if (!/^[\w.-]+$/.test(name)) throw new UsageError('--name may have letters, digits, "_", "." and "-"');
  return { name, url: queue };
}

async function checkConnection(url: string, { Redis }: Bullmq): Promise<void> {
  const { host } = new URL(url);
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: connectTimeoutMs });
  const faults: NodeJS.ErrnoException[] = []; // `connect` rejects with a less specific error, or not at all
  redis.on('error', (error) => faults.push(error));
  const timer = setTimeout(() => redis.disconnect(), connectTimeoutMs); // the server may not be Redis
  try {
    await redis.connect();
    await redis.info(); // BullMQ does the same
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
 * Opens the queue. Rejects with JobError BULLMQ_MISSING, QUEUE_UNREACHABLE if nothing answers within 10 s, or
 * QUEUE_REFUSED if Redis rejects the connection. Once open, a lost connection is re-established; commands wait until
 * then.
 */
export async function openQueue({ name, url }: QueueLocation): Promise<OpenQueue> {
  const bullmq = await loadBullmq();
  await checkConnection(url, bullmq);
  const redis = new bullmq.Redis(url, { maxRetriesPerRequest: null });
  const queue = new bullmq.Queue(name, { connection: redis });
  queue.on('error', () => {}); // `waitUntilReady` rejects with the same error
  try {
    await askQueue(url, () => queue.waitUntilReady());
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return { bullmq, redis, queue };
}
