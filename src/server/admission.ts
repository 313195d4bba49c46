import { RequestError } from './errors.js';

/** A place in the waiting room. */
export interface Seat {
  /** Keeps the place taken until `native` has settled, also where its request has its answer before. */
  holdUntil(native: Promise<unknown>): void;
}

/**
 * The bounded waiting room of one worker: at most `limit` requests upload or wait, beside those whose job runs. It only counts;
 * the order of the jobs is the detector's matter.
 */
export class Admission {
  readonly #limit: number;
  readonly #running: () => number;
  #inside = 0;

  /** `running`: how many jobs the detector runs now. */
  constructor(limit: number, running: () => number) {
    this.#limit = limit;
    this.#running = running;
  }

  /** Requests that upload or wait now. */
  get depth(): number {
    return Math.max(0, this.#inside - this.#running());
  }

  /** Settles as `work` does, which has a seat meanwhile. Rejects with RequestError OVERLOADED where the room is full. */
  async seated<T>(work: (seat: Seat) => Promise<T>): Promise<T> {
    if (this.depth >= this.#limit) {
      throw new RequestError('OVERLOADED', 'too many requests are waiting: try again later');
    }
    this.#inside++;
    let held: Promise<unknown> = Promise.resolve();
    try {
      return await work({
        holdUntil(native) {
          held = Promise.allSettled([held, native]);
        },
      });
    } finally {
      void held.then(() => this.#inside--);
    }
  }
}
