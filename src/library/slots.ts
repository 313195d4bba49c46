import { onAbort, throwIfAborted } from './abort.js';
import { FaceDetectorError } from './face-detector-error.js';

interface Waiter {
  /** Position in the queue, in milliseconds of performance.now(): the lowest starts first. */
  position: number;
  isShort: boolean;
  start(): void;
  refuse(reason: unknown): void;
}

/** The jobs of a detector at one moment. */
export interface Activity {
  running: number;
  waiting: number;
  /** Age of the longest-running job; 0 if none runs. */
  oldestJobMs: number;
  /** Time since a job last ended, or since the detector was created. */
  sinceLastEndMs: number;
}

/** Jobs up to this cost are short: they do not wait for a job that has already run longer than this. */
export const shortMs = 250;

/**
 * Slots to run jobs in. At most `count` jobs run at once, plus one short job if the oldest of them turns out to be
 * long. Other jobs wait in order of arrival, long ones as if they had arrived later. Waiting here, they do not block
 * the threads that Node shares with file and DNS work, and can be aborted at once.
 */
export class Slots {
  readonly #count: number;
  #running = 0;
  readonly #starts = new Set<{ at: number }>();
  #lastEnd = performance.now();
  readonly #waiting = new Set<Waiter>();
  #recheckTimer: NodeJS.Timeout | undefined;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /**
   * Runs `job` when a slot is free and settles like it. `costMs`: its estimated duration, if known; it queues as if it
   * had arrived that much later. Rejects with the signal's reason if that aborts while waiting, and with code CLOSED
   * after `close`. Once started, the job runs to its end.
   */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal, costMs?: number): Promise<T> {
    throwIfAborted(signal);
    if (this.#closed) throw closedError();
    if (this.#running < this.#count) this.#running++;
    else await this.#wait(signal, costMs);
    const start = { at: performance.now() };
    this.#starts.add(start);
    try {
      return await job();
    } finally {
      this.#starts.delete(start);
      this.#lastEnd = performance.now();
      this.#running--;
      this.#admit();
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  /** The current activity. */
  get activity(): Activity {
    return {
      running: this.#starts.size,
      waiting: this.#waiting.size,
      oldestJobMs: this.#oldestMs,
      sinceLastEndMs: performance.now() - this.#lastEnd,
    };
  }

  /** Rejects waiting and later jobs; resolves when the running ones have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.refuse(closedError());
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  get #oldestMs(): number {
    const [oldest] = this.#starts;
    return oldest ? performance.now() - oldest.at : 0;
  }

  #wait(signal: AbortSignal | undefined, costMs: number | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        if (this.#waiting.size === 0) this.#stopRecheck();
        stopListening();
      };
      const waiter: Waiter = {
        position: performance.now() + (costMs ?? 0),
        isShort: costMs !== undefined && costMs <= shortMs,
        start: () => {
          leave();
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const stopListening = onAbort(signal, () => waiter.refuse(signal?.reason));
      this.#waiting.add(waiter);
      this.#admit();
    });
  }

  /**
   * Starts waiting jobs while there is room. If short jobs wait for one that may turn out to be long, checks again
   * later.
   */
  #admit(): void {
    while (this.#running < this.#count && this.#start(this.#next(() => true)));
    if (this.#running !== this.#count) return;
    const short = this.#next(({ isShort }) => isShort);
    if (!short) return;
    const left = shortMs - this.#oldestMs;
    if (left <= 0) this.#start(short);
    else this.#recheckTimer ??= setTimeout(() => this.#recheck(), Math.ceil(left));
  }

  #recheck(): void {
    this.#stopRecheck();
    this.#admit();
  }

  #stopRecheck(): void {
    clearTimeout(this.#recheckTimer);
    this.#recheckTimer = undefined;
  }

  #start(waiter: Waiter | undefined): boolean {
    if (!waiter) return false;
    this.#running++;
    waiter.start();
    return true;
  }

  /** The waiting job to start next among those accepted; the earlier one of equals. */
  #next(accepts: (waiter: Waiter) => boolean): Waiter | undefined {
    let next: Waiter | undefined;
    for (const waiter of this.#waiting)
      if (accepts(waiter) && (!next || waiter.position < next.position)) next = waiter;
    return next;
  }
}

/** The error of every call to a closed detector. */
export function closedError(): FaceDetectorError {
  return new FaceDetectorError('CLOSED', 'the detector has been closed');
}
