import type { DecodedFrame } from './decode-film.js';
import { type HiddenBox, hiddenBoxes, type TracksOfFrame } from './smooth.js';

// Boxes are smoothed over what was found in so many seconds before.
const history = 10;

// Boxes are made for several frames at once: for so large a share of the time ahead.
const share = 0.25;

/** A frame whose boxes are known. */
export interface ReadyFrame {
  frame: DecodedFrame;
  boxes: HiddenBox[];
}

/** Holds back the frames of a stream until what comes after them is known. */
export class LookAhead {
  readonly #seconds: number;
  readonly #maxBytes: number;
  #tracks: TracksOfFrame[] = [];
  #waiting: DecodedFrame[] = [];
  #bytes = 0;

  /** Holds frames back for so many seconds, as far as they take at most `maxBytes`. */
  constructor(seconds: number, maxBytes: number) {
    this.#seconds = seconds;
    this.#maxBytes = maxBytes;
  }

  /** Takes the next frame and what was found in it; returns those that need not wait any longer, in order. */
  add(frame: DecodedFrame, tracks: TracksOfFrame): ReadyFrame[] {
    this.#waiting.push(frame);
    this.#tracks.push(tracks);
    this.#bytes += frame.data.byteLength;
    const waited = tracks.time - (this.#waiting[0] as DecodedFrame).time;
    if (this.#bytes > this.#maxBytes) return this.#release(Math.ceil(share * this.#waiting.length));
    if (waited < (1 + share) * this.#seconds) return [];
    return this.#release(this.#waiting.findIndex(({ time }) => time > tracks.time - this.#seconds));
  }

  /** The frames that are left when the stream is over. */
  end(): ReadyFrame[] {
    return this.#release(this.#waiting.length);
  }

  #release(count: number): ReadyFrame[] {
    const [first] = this.#waiting;
    if (!first) return [];
    const begin = this.#tracks.length - this.#waiting.length;
    const hidden = hiddenBoxes(this.#tracks, first);
    const ready = this.#waiting.splice(0, count).map((frame, i) => ({ frame, boxes: hidden[begin + i] ?? [] }));
    for (const { frame } of ready) this.#bytes -= frame.data.byteLength;
    const oldest = (ready.at(-1)?.frame.time ?? 0) - history;
    const forgotten = this.#tracks.findIndex(({ time }) => time >= oldest);
    this.#tracks.splice(0, Math.max(0, forgotten));
    return ready;
  }
}
