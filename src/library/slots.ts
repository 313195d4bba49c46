import { onAbort, throwIfAborted } from './abort.js';
import { FaceDetectorError } from './face-detector-error.js';

interface Waiter {
  /** When its turn is, as performance.now() tells it: the earliest comes first. */
  turn: number;
  isShort: boolean;
  start(): void;
  refuse(reason: unknown): void;
}

/** Jobs of a detector at one moment. */
export interface Activity {
  running: number;
  waiting: number;
  /** Age of the job that has run longest; 0 without one. */
  oldestJobMs: number;
  /** Time since a job ended, or since the detector was made. */
  sinceLastEndMs: number;
}

/** Up to here a job is short: it does not wait for one that is running for longer than this. */
export const shortMs = 250;

/**
 * The right to run a job. At most `count` run at once, and beside them one short job where the oldest of them turns out to be long. The rest
 * waits in the order it came, long jobs as if they had come later: waiting here, they do not fill the threads that Node shares with file and
 * DNS work, and can leave at once.
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
   * Runs `job` when a slot is free and settles as it does. `costMs`: about how long it takes, where that is known; it has its turn as if it
   * had come so much later. Rejects with the signal's reason if that aborts while waiting, and with code CLOSED after `close`. Once
   * started, the job ends by itself.
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

  /** What goes on now; see Activity. */
  get activity(): Activity {
    return {
      running: this.#starts.size,
      waiting: this.#waiting.size,
      oldestJobMs: this.#oldestMs,
      sinceLastEndMs: performance.now() - this.#lastEnd,
    };
  }

  /** Refuses those who wait and all later calls; resolves when the running jobs have ended. */
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
        turn: performance.now() + (costMs ?? 0),
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

  /** Starts those whose turn it is, as far as there is room; looks again when a job that holds up short ones turns out to be long. */
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

  /** The one of these whose turn comes first; of equals, the one that came first. */
  #next(may: (waiter: Waiter) => boolean): Waiter | undefined {
    let next: Waiter | undefined;
    for (const waiter of this.#waiting) if (may(waiter) && (!next || waiter.turn < next.turn)) next = waiter;
    return next;
  }
}

/** CLOSED: what a detector says that has been closed. */
export function closedError(): FaceDetectorError {
  return new FaceDetectorError('CLOSED', 'the detector has been closed');
}
