import type { HeldBytes } from '../admission.js';
import { RequestError } from '../request-error.js';

/** An encoded image as it came. */
export interface Frame {
  /** How many came before it on this connection. */
  index: number;
  /** Seconds since the first one. */
  time: number;
  bytes: Buffer;
}

/**
 * Keeps the newest frame until it is taken: a newer one takes its place, so that a fast camera never queues. Counts the
 * bytes of frames that are incomplete, wait or are searched.
 */
export class NewestFrame {
  readonly #held: HeldBytes;
  readonly #onDrop: () => void;
  #waiting: Frame | undefined;
  /** Bytes of a frame that is not complete. */
  #partial = 0;
  #firstAt = 0;
  #wake: () => void = () => undefined;
  /** Frames that have come. */
  received = 0;
  /** Frames that a newer one has replaced. */
  dropped = 0;
  /** Why there are no more frames. */
  ended: Error | undefined;

  constructor(held: HeldBytes, onDrop: () => void) {
    this.#held = held;
    this.#onDrop = onDrop;
  }

  /** Counts bytes of the frame that is coming; where there is no room for them, frames end with OVERLOADED. */
  receive(bytes: number): void {
    if (this.ended) return;
    try {
      this.#held.count(bytes);
      this.#partial += bytes;
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** A frame is complete. */
  put(bytes: Buffer): void {
    this.#release();
    // One piece that came may hold the ends of several.
    this.receive(bytes.byteLength - this.#partial);
    if (this.ended) return;
    this.#partial = 0;
    const now = performance.now();
    if (this.received === 0) this.#firstAt = now;
    this.#waiting = { index: this.received++, time: (now - this.#firstAt) / 1000, bytes };
    this.#wake();
  }

  /** `take` rejects with `reason` from now on, or with what has been given before. */
  end(reason: Error): void {
    this.ended ??= reason;
    this.#wake();
  }

  /**
   * The newest frame, which is counted until `done`. Rejects with RequestError BODY_TIMEOUT after `timeoutMs`, or once
   * ended.
   */
  async take(timeoutMs: number): Promise<Frame> {
    if (!this.#waiting && !this.ended) await this.#next(timeoutMs);
    if (this.ended) throw this.ended;
    const frame = this.#waiting as Frame;
    this.#waiting = undefined;
    return frame;
  }

  /** A frame that was taken is no longer needed. */
  done({ bytes }: Frame): void {
    this.#held.free(bytes.byteLength);
  }

  #release(): void {
    if (!this.#waiting) return;
    this.done(this.#waiting);
    this.#waiting = undefined;
    this.dropped++;
    this.#onDrop();
  }

  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const late = () => this.end(new RequestError('BODY_TIMEOUT', `no frame was complete after ${timeoutMs} ms`));
      const timer = setTimeout(late, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
