import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** When and how large a picture is, as the filter showinfo says before the picture comes. */
export interface FrameFacts {
  /** Seconds since the beginning. */
  time: number;
  /** The same in units of `timeBase`. */
  ticks: number;
  width: number;
  height: number;
}

/** The unit of a film's times: a fraction of a second. */
export interface TimeBase {
  numerator: number;
  denominator: number;
}

// The last ones say why a program gave up.
const keptErrors = 5;

/** Reads what ffmpeg says while it decodes: a line for each picture, and errors. */
export class DecoderLog {
  /** What went wrong; the last few messages. */
  readonly errors: string[] = [];
  timeBase: TimeBase = { numerator: 1, denominator: 1_000_000 };
  readonly #frames: FrameFacts[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(stream: Readable) {
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => this.#read(line));
    lines.on('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** The facts of the next picture; undefined after the last. For one caller at a time. */
  async next(): Promise<FrameFacts | undefined> {
    while (this.#frames.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#frames.shift();
  }

  #read(line: string): void {
    const frame = /\] n: *\d+ pts: *(-?\d+) pts_time:(\S+) .*? s:(\d+)x(\d+) /.exec(line);
    if (frame) {
      const [ticks = 0, time = 0, width = 0, height = 0] = frame.slice(1).map(Number);
      this.#frames.push({ time, ticks, width, height });
      this.#wake();
      return;
    }
    const base = /config in time_base: (\d+)\/(\d+)/.exec(line);
    if (base) this.timeBase = { numerator: Number(base[1]), denominator: Number(base[2]) };
    const error = /\[(?:error|fatal|panic)\] (.+)/.exec(line);
    if (!error) return;
    this.errors.push((error[1] as string).trim());
    if (this.errors.length > keptErrors) this.errors.shift();
  }
}
