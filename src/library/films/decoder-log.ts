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
  /** Width to height of a pixel, such as "4:3"; undefined if square or unknown. */
  pixelShape: string | undefined;
  /** Its pixels are not brightness and colour apart, as those of most films are. */
  isRgb: boolean;
}

/** How colours are to be understood: names as ffmpeg has them; undefined if the film does not say. */
export interface Colour {
  space: string | undefined;
  transfer: string | undefined;
  primaries: string | undefined;
}

const said = (name: string | undefined) => (name === 'unknown' || name === 'reserved' ? undefined : name);

/** Of these three names. */
export const colourOf = (space?: string, primaries?: string, transfer?: string): Colour => ({
  space: said(space),
  transfer: said(transfer),
  primaries: said(primaries),
});

/** Of a ratio such as "4:3" or "1:1". */
export const pixelShapeOf = (ratio: string | undefined): string | undefined =>
  ratio && /^[1-9]\d*:[1-9]\d*$/.test(ratio) && ratio !== '1:1' ? ratio : undefined;

/** By the name of a format of ffmpeg. */
export const isRgbFormat = (name: string | undefined): boolean => /^(a?rgb|a?bgr|0rgb|0bgr|gbr|pal8)/.test(name ?? '');

/** The unit of a film's times: a fraction of a second. */
export interface TimeBase {
  numerator: number;
  denominator: number;
}

// The last ones say why a program gave up.
const keptErrors = 5;

// How lines begin. Only there: elsewhere they may say whatever a film calls itself.
const shown = String.raw`^\[Parsed_showinfo_\d+ @ [^\]]*\] \[info\] `;
const frameLine = new RegExp(
  String.raw`${shown}n: *\d+ pts: *(-?\d+) pts_time:(\S+) .*? fmt:(\S+) .*?sar:(\d+)\/(\d+) s:(\d+)x(\d+) `,
);
const colourLine = new RegExp(
  String.raw`${shown}color_range:\S+ color_space:(\S+) color_primaries:(\S+) color_trc:([\w-]+)`,
);
const timeBaseLine = new RegExp(String.raw`${shown}config in time_base: (\d+)\/(\d+)`);

// Where the text changes its colour. A film's own escapes are not among them: ffmpeg shows them as question marks.
const textColour = new RegExp(String.raw`${'\x1b'}\[([\d;]*)m`);
const red = /^\d;31$/;
const uncolouredError = /^(?:\[[^\]]*\] )*\[(?:error|fatal|panic)\] (.+)/;

/**
 * Reads what ffmpeg says while it decodes: a line for each picture, and errors, which are what it prints in red. Its threads write into
 * one another's lines, and it names the level only where a line begins, so nothing else tells whose the rest of a line is.
 */
export class DecoderLog {
  /** What went wrong; the last few messages. */
  readonly errors: string[] = [];
  timeBase: TimeBase = { numerator: 1, denominator: 1_000_000 };
  /** Of the last picture that ffmpeg has told of. */
  colour: Colour = colourOf();
  readonly #frames: FrameFacts[] = [];
  #isColoured = false;
  #isRed = false;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(stream: Readable) {
    stream.setEncoding('latin1'); // readline would also end lines at U+2028, which names of films may have
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

  #read(coloured: string): void {
    const line = this.#withoutErrors(coloured);
    const frame = frameLine.exec(line);
    if (frame) {
      const [, ticks, time, format, across, down, width, height] = frame;
      this.#frames.push({
        time: Number(time),
        ticks: Number(ticks),
        width: Number(width),
        height: Number(height),
        pixelShape: pixelShapeOf(`${across}:${down}`),
        isRgb: isRgbFormat(format),
      });
      this.#wake();
      return;
    }
    const colour = colourLine.exec(line);
    if (colour) this.colour = colourOf(...colour.slice(1));
    const base = timeBaseLine.exec(line);
    if (base) this.timeBase = { numerator: Number(base[1]), denominator: Number(base[2]) };
  }

  /** Keeps what the line has in red, and returns the rest without its colours. */
  #withoutErrors(line: string): string {
    let [rest, error] = ['', ''];
    for (const [i, part] of line.split(textColour).entries()) {
      if (i % 2 === 1) {
        this.#isColoured = true;
        this.#isRed = red.test(part);
      } else if (this.#isRed) error += part;
      else rest += part;
    }
    if (!this.#isColoured) error = uncolouredError.exec(rest)?.[1] ?? ''; // of a program that clears the environment
    this.#keepError(error.replace(/^\[(?:error|fatal|panic)\] /, ''));
    return rest;
  }

  #keepError(error: string): void {
    const text = Buffer.from(error, 'latin1').toString().trim();
    if (text) this.errors.push(text);
    if (this.errors.length > keptErrors) this.errors.shift();
  }
}
