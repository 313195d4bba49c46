import type { Config } from '../config.js';
import { RequestError } from './request-error.js';

/** A place in the waiting room. What it holds is free again when its work and everything that it was held for have ended. */
export interface Seat {
  /** Keeps the place taken until `native` has settled, also where its request has its answer before. */
  holdUntil(native: Promise<unknown>): void;
  /**
   * Counts bytes of a body that have come. Throws RequestError OVERLOADED where bodies and answers that wait leave no room for
   * them; the only one that waits may be larger than the room.
   */
  readonly countBody: (bytes: number) => void;
  /** Keeps the place taken while an answer of so many bytes waits for its client to take it. Throws as `countBody`. */
  holdAnswer(bytes: number, taken: Promise<unknown>): void;
}

/** Bytes that one request has in memory while it waits. */
export interface HeldBytes {
  /** Adds some. Throws as Seat.countBody. */
  readonly count: (bytes: number) => void;
  /** Gives some back, by default all. */
  readonly free: (bytes?: number) => void;
}

export type AdmissionLimits = Pick<Config, 'queueLimit' | 'batchLimit' | 'waitingBytes' | 'clientShare' | 'slots'>;

/** Counts of something by client; those at zero are forgotten. */
class Tally {
  readonly #counts = new Map<string, number>();
  total = 0;

  of(client: string): number {
    return this.#counts.get(client) ?? 0;
  }

  add(client: string, amount: number): void {
    this.total += amount;
    const count = this.of(client) + amount;
    if (count === 0) this.#counts.delete(client);
    else this.#counts.set(client, count);
  }
}

const overloaded = (what: string) => new RequestError('OVERLOADED', `${what}: try again later`);

/**
 * The bounded waiting room of one worker: at most `queueLimit` requests upload or wait, beside those whose job runs, and their bodies and
 * unread answers have at most `waitingBytes`. Batches have a room of their own, for they stay long and hold little; each of their images
 * takes a seat only when it is complete. No client has more than `clientShare` of any of these. It only counts; the order of the jobs is
 * the detector's matter.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #running: () => number;
  readonly #seats = new Tally();
  readonly #batches = new Tally();
  readonly #bytes = new Tally();
  readonly #awaiting = new Set<{ client: string; enter: () => void }>();

  /** `running`: how many jobs the detector runs now. */
  constructor(limits: AdmissionLimits, running: () => number) {
    this.#limits = limits;
    this.#running = running;
  }

  /** Requests that upload or wait now; batches count while one of their images does. */
  get depth(): number {
    return Math.max(0, this.#seats.total - this.#running());
  }

  /** Settles as `work` does, which has a seat meanwhile. Rejects with RequestError OVERLOADED where the room is full. */
  async seated<T>(client: string, work: (seat: Seat) => Promise<T>): Promise<T> {
    if (this.depth >= this.#limits.queueLimit) throw overloaded('too many requests are waiting');
    if (!this.#hasShare(client)) throw overloaded('too many requests of this client are waiting');
    return this.#sit(client, work);
  }

  /** As `seated`, but waits for a seat. Rejects with the reason of `signal` where that aborts before. */
  async seatedInTurn<T>(client: string, signal: AbortSignal, work: (seat: Seat) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (!this.#hasRoom(client)) await this.#untilRoom(client, signal);
    return this.#sit(client, work);
  }

  /**
   * Settles as `work` does, which has a place among the batches meanwhile and counts the bytes that it holds. Rejects with RequestError
   * OVERLOADED where there is no place.
   */
  async batch<T>(client: string, work: (held: HeldBytes) => Promise<T>): Promise<T> {
    const { batchLimit } = this.#limits;
    if (this.#batches.total >= batchLimit) throw overloaded('too many batches are on their way');
    if (this.#batches.of(client) >= this.#share(batchLimit))
      throw overloaded('too many batches of this client are on their way');
    this.#batches.add(client, 1);
    const held = this.#holdBytes(client);
    try {
      return await work(held);
    } finally {
      held.free();
      this.#batches.add(client, -1);
    }
  }

  #holdBytes(client: string): HeldBytes {
    const { waitingBytes } = this.#limits;
    let own = 0;
    return {
      count: (bytes) => {
        if (this.#bytes.total > own && this.#bytes.total + bytes > waitingBytes)
          throw overloaded('too many bytes of bodies and answers are waiting');
        if (this.#bytes.of(client) > own && this.#bytes.of(client) + bytes > this.#share(waitingBytes))
          throw overloaded('too many bytes of this client are waiting');
        this.#bytes.add(client, bytes);
        own += bytes;
      },
      free: (bytes = own) => {
        this.#bytes.add(client, -bytes);
        own -= bytes;
      },
    };
  }

  #share(limit: number): number {
    return Math.max(1, Math.floor(limit * this.#limits.clientShare));
  }

  #hasShare(client: string): boolean {
    return this.#seats.of(client) < this.#share(this.#limits.queueLimit) + this.#limits.slots;
  }

  #hasRoom(client: string): boolean {
    return this.depth < this.#limits.queueLimit && this.#hasShare(client);
  }

  async #sit<T>(client: string, work: (seat: Seat) => Promise<T>): Promise<T> {
    this.#seats.add(client, 1);
    const bytes = this.#holdBytes(client);
    let held: Promise<unknown> = Promise.resolve();
    const holdUntil = (native: Promise<unknown>) => {
      held = Promise.allSettled([held, native]);
    };
    try {
      return await work({
        holdUntil,
        countBody: bytes.count,
        holdAnswer: (answer, taken) => {
          bytes.count(answer);
          holdUntil(taken);
        },
      });
    } finally {
      void held.then(() => {
        this.#seats.add(client, -1);
        bytes.free();
        this.#admit();
      });
    }
  }

  #untilRoom(client: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#awaiting.delete(place);
        signal.removeEventListener('abort', onAbort);
      };
      const place = {
        client,
        enter: () => {
          leave();
          resolve();
        },
      };
      const onAbort = () => {
        leave();
        reject(signal.reason as Error);
      };
      this.#awaiting.add(place);
      signal.addEventListener('abort', onAbort);
    });
  }

  /** Lets the first in who waits and may. It takes its seat before anybody else is asked. */
  #admit(): void {
    const place = [...this.#awaiting].find(({ client }) => this.#hasRoom(client));
    place?.enter();
  }
}
