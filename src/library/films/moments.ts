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

/** Faces that are first or last found in the middle of picture and scene: the detector may have missed them before or after. */
export function momentsToCheck(frames: readonly TracksOfFrame[], size: { width: number; height: number }): Moment[] {
  const ends = new Map<number, { first: number; last: number; from: Box; to: Box }>();
  for (const [i, { faces }] of frames.entries()) {
    for (const { id, found } of faces) {
      if (!found) continue;
      const { first, from } = ends.get(id) ?? { first: i, from: found };
      ends.set(id, { first, from, last: i, to: found });
    }
  }
  const moments: Moment[] = [];
  const add = (what: Moment['what'], id: number, frame: number, box: Box) => {
    if (!isAtBorder(box, size)) moments.push({ time: frames[frame]?.time ?? 0, id, what, box });
  };
  for (const [id, { first, last, from, to }] of ends) {
    if (first > 0 && !frames[first]?.isCut) add('begins', id, first, from);
    if (last < frames.length - 1 && !frames[last + 1]?.isCut) add('ends', id, last, to);
  }
  return moments.sort((a, b) => a.time - b.time);
}
