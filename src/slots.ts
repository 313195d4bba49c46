import { FaceDetectorError } from './errors.js';

interface Waiter {
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

/**
 * The right to run a job. At most `count` run at once, the rest wait in the order they came: waiting here, they do not fill the
 * threads that Node shares with file and DNS work, and can leave at once.
 */
export class Slots {
  readonly #count: number;
  #running = 0;
  readonly #starts = new Set<{ at: number }>();
  #lastEnd = performance.now();
  readonly #waiting = new Set<Waiter>();
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /**
   * Runs `job` when a slot is free and settles as it does. Rejects with the signal's reason if that aborts while waiting, and
   * with code CLOSED after `close`. Once started, the job ends by itself.
   */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedError();
    if (this.#running >= this.#count) await this.#wait(signal);
    else this.#running++;
    const start = { at: performance.now() };
    this.#starts.add(start);
    try {
      return await job();
    } finally {
      this.#starts.delete(start);
      this.#lastEnd = performance.now();
      this.#release();
    }
  }

  /** What goes on now; see Activity. */
  get activity(): Activity {
    const now = performance.now();
    const [oldest] = this.#starts;
    return {
      running: this.#starts.size,
      waiting: this.#waiting.size,
      oldestJobMs: oldest ? now - oldest.at : 0,
      sinceLastEndMs: now - this.#lastEnd,
    };
  }

  /** Refuses those who wait and all later calls; resolves when the running jobs have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.refuse(closedError());
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        start: () => {
          leave();
          resolve();
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiter.refuse(signal?.reason);
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', onAbort);
    });
  }

  // The slot goes straight to the next in line, or becomes free.
  #release(): void {
    const next = this.#waiting.values().next().value;
    if (next) {
      next.start();
      return;
    }
    this.#running--;
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function closedError(): FaceDetectorError {
  return new FaceDetectorError('CLOSED', 'the detector has been closed');
}
