import type { Config } from '../config.js';
import { RequestError } from './request-error.js';

/** A place in the waiting room. It is freed when the request and everything it is held for have ended. */
export interface Seat {
  /** Holds the seat until `native` settles, even if the request is answered before. */
  holdUntil(native: Promise<unknown>): void;
  /**
   * Counts received bytes of the body. Throws RequestError OVERLOADED if waiting bodies and answers leave no room for
   * them; if nothing else waits, a body may be larger than the room.
   */
  readonly countBody: (bytes: number) => void;
  /** Holds the seat while an answer of this many bytes waits for its client to read it. Throws like `countBody`. */
  holdAnswer(bytes: number, taken: Promise<unknown>): void;
}

/** Bytes that one request keeps in memory while it waits. */
export interface HeldBytes {
  /** Adds bytes. Throws like Seat.countBody. */
  readonly count: (bytes: number) => void;
  /** Releases bytes; all of them by default. */
  readonly free: (bytes?: number) => void;
}

export type AdmissionLimits = Pick<
  Config,
  'queueLimit' | 'batchLimit' | 'streamLimit' | 'waitingBytes' | 'clientShare' | 'slots'
>;

/** Counts per client; clients at zero are forgotten. */
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
 * The bounded waiting room of one worker: at most `queueLimit` requests upload or wait, besides those whose job runs,
 * and their bodies and unread answers take at most `waitingBytes`. Batches and streams are limited separately, since they
 * stay long and hold little; each of their images takes a seat only once it is complete. No client gets more than `clientShare`
 * of any limit. There is one film at a time, each of whose frames takes a seat. This class only counts; the detector
 * orders the jobs.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #running: () => number;
  readonly #seats = new Tally();
  readonly #batches = new Tally();
  readonly #streams = new Tally();
  readonly #bytes = new Tally();
  #hasFilm = false;
  readonly #waiters = new Set<{ client: string; enter: () => void }>();

  /** `running`: returns how many jobs the detector is running. */
  constructor(limits: AdmissionLimits, running: () => number) {
    this.#limits = limits;
    this.#running = running;
  }

  /** Requests uploading or waiting; a batch counts while one of its images does. */
  get depth(): number {
    return Math.max(0, this.#seats.total - this.#running());
  }

  /** Runs `work` with a seat and settles like it. Rejects with RequestError OVERLOADED if the room is full. */
  async withSeat<T>(client: string, work: (seat: Seat) => Promise<T>): Promise<T> {
    if (this.depth >= this.#limits.queueLimit) throw overloaded('too many requests are waiting');
    if (!this.#hasShare(client)) throw overloaded('too many requests of this client are waiting');
    return this.#takeSeat(client, work);
  }

  /** Like `withSeat`, but waits for a seat. Rejects with the reason of `signal` if that aborts first. */
  async withSeatWhenFree<T>(client: string, signal: AbortSignal, work: (seat: Seat) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (!this.#hasRoom(client)) await this.#waitForRoom(client, signal);
    return this.#takeSeat(client, work);
  }

  /**
   * Runs `work` as one of the batches, counting the bytes it holds, and settles like it. Rejects with RequestError
   * OVERLOADED if there are too many.
   */
  batch<T>(client: string, work: (held: HeldBytes) => Promise<T>): Promise<T> {
    return this.#amongFew('batches', this.#batches, this.#limits.batchLimit, client, work);
  }

  /** Like `batch`, for WebSockets that send frames. */
  stream<T>(client: string, work: (held: HeldBytes) => Promise<T>): Promise<T> {
    return this.#amongFew('streams', this.#streams, this.#limits.streamLimit, client, work);
  }

  async #amongFew<T>(
    what: string,
    tally: Tally,
    limit: number,
    client: string,
    work: (held: HeldBytes) => Promise<T>,
  ): Promise<T> {
    if (tally.total >= limit) throw overloaded(`too many ${what} are in progress`);
    if (tally.of(client) >= this.#share(limit)) throw overloaded(`too many ${what} of this client are in progress`);
    tally.add(client, 1);
    const held = this.#holdBytes(client);
    try {
      return await work(held);
    } finally {
      held.free();
      tally.add(client, -1);
    }
  }

  /**
   * Runs `work` as the worker's only film, and settles like it. Rejects with RequestError OVERLOADED while there is another.
   */
  async film<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hasFilm) throw overloaded('another film is being searched');
    this.#hasFilm = true;
    try {
      return await work();
    } finally {
      this.#hasFilm = false;
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

  async #takeSeat<T>(client: string, work: (seat: Seat) => Promise<T>): Promise<T> {
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

  #waitForRoom(client: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter = {
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
      this.#waiters.add(waiter);
      signal.addEventListener('abort', onAbort);
    });
  }

  /**
   * Gives a free seat to the first waiting image whose client may have one; it takes the seat before anyone else is
   * served.
   */
  #admit(): void {
    const waiter = [...this.#waiters].find(({ client }) => this.#hasRoom(client));
    waiter?.enter();
  }
}
