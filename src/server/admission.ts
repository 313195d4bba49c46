import { RequestError } from './errors.js';

/** A place in the waiting room. */
export interface Seat {
  /** Keeps the place taken until `native` has settled, also where its request has its answer before. */
  holdUntil(native: Promise<unknown>): void;
  /**
   * Keeps the place taken while an answer of so many bytes waits for its client to take it. Throws RequestError OVERLOADED where
   * the answers that wait already leave no room for it.
   */
  holdAnswer(bytes: number, taken: Promise<unknown>): void;
}

/** Bytes of answers that may wait in one worker for slow clients; a single one may be larger. 16 pictures of 200 MB are too many. */
const waitingAnswersLimit = 256 * 2 ** 20;

/**
 * The bounded waiting room of one worker: at most `limit` requests upload or wait, beside those whose job runs. It only counts;
 * the order of the jobs is the detector's matter.
 */
export class Admission {
  readonly #limit: number;
  readonly #running: () => number;
  #inside = 0;
  #waitingBytes = 0;

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
      const holdUntil = (native: Promise<unknown>) => {
        held = Promise.allSettled([held, native]);
      };
      return await work({
        holdUntil,
        holdAnswer: (bytes, taken) => {
          this.#countAnswer(bytes, taken);
          holdUntil(taken);
        },
      });
    } finally {
      void held.then(() => this.#inside--);
    }
  }
  #countAnswer(bytes: number, taken: Promise<unknown>): void {
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > waitingAnswersLimit) {
      throw new RequestError('OVERLOADED', 'too many large answers are waiting for their clients: try again later');
    }
    this.#waitingBytes += bytes;
    const free = () => {
      this.#waitingBytes -= bytes;
    };
    taken.then(free, free);
  }
}
