import type { Box } from '../detection.js';
import { smoothed } from './motion.js';
import { boxOf, type Coordinates, coordinates, coordinatesOf, noiseOf, type TrackedFace } from './tracks.js';

/** What a tracker says of one frame, as far as it is needed here. */
export interface TracksOfFrame {
  /** Seconds, rising. */
  time: number;
  faces: readonly Pick<TrackedFace, 'id' | 'found'>[];
  /** Whether another scene begins with this frame. */
  isCut: boolean;
}

/** A box to hide. */
export interface HiddenBox {
  id: number;
  box: Box;
  /** No face was found there in this frame. */
  isPredicted: boolean;
}

/** Seconds for which a face is hidden before it is first found and after it is last found: detectors see faces late and lose them early. */
export const beyondEnds = 0.3;

// A box that is not found is larger by this share of its sides for each second since a face was found there, at most by the second number.
const growth = { aSecond: 0.8, most: 0.4 };

// The smoothed box may leave out so much of the one that was found, as a share of its sides: less than the margin around it hides.
const tolerance = 0.08;

/** A face as it was found. */
interface Find {
  frame: number;
  box: Box;
}

function findsOf(frames: readonly TracksOfFrame[]): Map<number, Find[]> {
  const tracks = new Map<number, Find[]>();
  for (const [frame, { faces }] of frames.entries()) {
    for (const { id, found: box } of faces) {
      if (!box) continue;
      const finds = tracks.get(id) ?? [];
      finds.push({ frame, box });
      tracks.set(id, finds);
    }
  }
  return tracks;
}

/** The frames in which a track is hidden: those between its first and last find and some around them, in the same scene. */
function spanOf(finds: readonly Find[], frames: readonly TracksOfFrame[]): { first: number; last: number } {
  const timeOf = (frame: number) => (frames[frame] as TracksOfFrame).time;
  let { frame: first } = finds[0] as Find;
  let { frame: last } = finds.at(-1) as Find;
  const [from, to] = [timeOf(first) - beyondEnds, timeOf(last) + beyondEnds];
  while (first > 0 && !frames[first]?.isCut && timeOf(first - 1) >= from) first--;
  while (last + 1 < frames.length && !frames[last + 1]?.isCut && timeOf(last + 1) <= to) last++;
  return { first, last };
}

/** The smallest box around both. */
function around(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)];
  return { x, y, width: right - x, height: bottom - y };
}

/** The box with each side moved outwards by a share of its length, inwards if negative. */
function grown({ x, y, width, height }: Box, share: number): Box {
  return {
    x: x - share * width,
    y: y - share * height,
    width: (1 + 2 * share) * width,
    height: (1 + 2 * share) * height,
  };
}

/** The boxes of one track in each frame from `first` to `last`, smooth in time. */
function smoothBoxes(finds: readonly Find[], times: readonly number[], first: number): Box[] {
  const found = new Map(finds.map(({ frame, box }) => [frame, coordinatesOf(box)]));
  const height = finds.reduce((sum, { box }) => sum + box.height, 0) / finds.length;
  const begin = (finds[0] as Find).frame - first;
  const paths = coordinates.map((name) => {
    const samples = times.map((time, i) => ({ time, measured: found.get(first + i)?.[name] }));
    const known = smoothed(samples.slice(begin), noiseOf(name, height));
    return [...Array<number>(begin).fill(known[0] as number), ...known];
  });
  return times.map((_, i) =>
    boxOf(Object.fromEntries(coordinates.map((name, k) => [name, paths[k]?.[i]])) as unknown as Coordinates),
  );
}

/** Adds a track to the boxes of each frame. */
function hide(id: number, finds: readonly Find[], frames: readonly TracksOfFrame[], hidden: HiddenBox[][]): void {
  const { first, last } = spanOf(finds, frames);
  const times = frames.slice(first, last + 1).map(({ time }) => time);
  const boxes = smoothBoxes(finds, times, first);
  const found = new Map(finds.map(({ frame, box }) => [frame, box]));
  const away = secondsAway(times, (i) => found.has(first + i));
  for (const [i, box] of boxes.entries()) {
    const here = found.get(first + i);
    const shown = here
      ? around(box, grown(here, -tolerance))
      : grown(box, Math.min(growth.aSecond * (away[i] as number), growth.most));
    hidden[first + i]?.push({ id, box: shown, isPredicted: !here });
  }
}

/** Seconds from each moment to the nearest one at which the face was found. */
function secondsAway(times: readonly number[], isFound: (i: number) => boolean): number[] {
  const away = times.map(() => Number.POSITIVE_INFINITY);
  const pass = (order: number[]) => {
    let last: number | undefined;
    for (const i of order) {
      if (isFound(i)) last = times[i];
      if (last !== undefined) away[i] = Math.min(away[i] as number, Math.abs((times[i] as number) - last));
    }
  };
  const order = times.map((_, i) => i);
  pass(order);
  pass(order.reverse());
  return away;
}

/**
 * The boxes to hide in each frame of a film that has been tracked to its end, so that nothing flickers: smoothed in time, bridged over
 * frames in which a face was missed, and larger there. A face that was found once is hidden for a moment.
 */
export function hiddenBoxes(frames: readonly TracksOfFrame[]): HiddenBox[][] {
  const hidden: HiddenBox[][] = frames.map(() => []);
  for (const [id, finds] of findsOf(frames)) hide(id, finds, frames, hidden);
  return hidden;
}
