import type { Box } from '../detection.js';
import type { TracksOfFrame } from './smooth.js';

/** A face that appears or vanishes where there is nothing for it to come from or go to. */
export interface Moment {
  /** Seconds since the beginning of the film. */
  time: number;
  id: number;
  what: 'begins' | 'ends';
  /** Where it was found first or last. */
  box: Box;
}

/** Whether a box comes within half of its own sides of the border: people enter and leave there. */
function isAtBorder({ x, y, width, height }: Box, size: { width: number; height: number }): boolean {
  const [dx, dy] = [width / 2, height / 2];
  return x < dx || y < dy || x + width > size.width - dx || y + height > size.height - dy;
}

interface Ends {
  first: TracksOfFrame;
  from: Box;
  last: TracksOfFrame;
  to: Box;
  /** Whether the scene goes on after `last`. */
  goesOn: boolean;
}

/** Looks for the moments of a film, frame by frame: faces that are first or last found in the middle of picture and scene. The detector may have missed them before or after. */
export class Moments {
  readonly #ends = new Map<number, Ends>();
  #begin: TracksOfFrame | undefined;
  #before: TracksOfFrame | undefined;

  /** The next frame. */
  add(frame: TracksOfFrame): void {
    this.#begin ??= frame;
    if (!frame.isCut) for (const { id } of this.#before?.faces ?? []) this.#goOn(id);
    for (const { id, found } of frame.faces) {
      if (!found) continue;
      const { first, from } = this.#ends.get(id) ?? { first: frame, from: found };
      this.#ends.set(id, { first, from, last: frame, to: found, goesOn: false });
    }
    this.#before = frame;
  }

  /** How many faces there were. */
  get faces(): number {
    return this.#ends.size;
  }

  /** Those of the film so far, in pictures of this size. */
  toCheck(size: { width: number; height: number }): Moment[] {
    const moments: Moment[] = [];
    const add = (what: Moment['what'], id: number, { time }: TracksOfFrame, box: Box) => {
      if (!isAtBorder(box, size)) moments.push({ time, id, what, box });
    };
    for (const [id, { first, from, last, to, goesOn }] of this.#ends) {
      if (first !== this.#begin && !first.isCut) add('begins', id, first, from);
      if (goesOn) add('ends', id, last, to);
    }
    return moments.sort((a, b) => a.time - b.time);
  }

  #goOn(id: number): void {
    const ends = this.#ends.get(id);
    if (ends && ends.last === this.#before) ends.goesOn = true;
  }
}
