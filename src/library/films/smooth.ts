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
  /** False: nobody looked for faces in this frame. Default true. */
  isSearched?: boolean;
}

interface Size {
  width: number;
  height: number;
}

/** A box to hide. */
export interface HiddenBox {
  id: number;
  box: Box;
  /** No face was found there in this frame. */
  isPredicted: boolean;
}

/** Seconds for which a face is hidden before it is first found and after it is last found, at least: detectors see faces late and lose them early. */
export const beyondEnds = 0.3;

// Or so many times its longest gap, if that is longer: who was missed for that long in between may have been missed for longer before.
const gapsBeyond = 2;

// A box is larger, by this share of its sides at each side for each second, where no face was found for longer than that; at most by `most`.
// Not from the first moment on: boxes between the searches of every second or third frame would pulse.
const growth = { after: 0.15, aSecond: 0.8, most: 0.4 };

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

/** The frames in which a track is hidden: those between its first and last find, up to the searches that missed it, and some more, in the same scene. */
function spanOf(finds: readonly Find[], frames: readonly TracksOfFrame[]): { first: number; last: number } {
  const times = finds.map(({ frame }) => (frames[frame] as TracksOfFrame).time);
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
  const seconds = Math.max(beyondEnds, gapsBeyond * Math.max(...gaps, 0));
  const isWithin = ({ time }: TracksOfFrame) =>
    time >= (times[0] as number) - seconds && time <= (times.at(-1) as number) + seconds;
  let { frame: first } = finds[0] as Find;
  let { frame: last } = finds.at(-1) as Find;
  while (first > 0 && !frames[first]?.isCut && frames[first - 1]?.isSearched === false) first--;
  while (frames[last + 1]?.isSearched === false) last++; // a cut is always searched
  while (first > 0 && !frames[first]?.isCut && isWithin(frames[first - 1] as TracksOfFrame)) first--;
  while (last + 1 < frames.length && !frames[last + 1]?.isCut && isWithin(frames[last + 1] as TracksOfFrame)) last++;
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

/** The box with what is within half of its sides of the border stretched towards it: people leave there, and detectors see only what shows. */
function stretched({ x, y, width, height }: Box, size: Size): Box {
  const beyond = (distance: number, side: number) => Math.max(side / 2 - Math.max(distance, 0), 0);
  const [left, top] = [beyond(x, width), beyond(y, height)];
  const [right, bottom] = [beyond(size.width - x - width, width), beyond(size.height - y - height, height)];
  return { x: x - left, y: y - top, width: width + left + right, height: height + top + bottom };
}

/** The boxes of one track in each frame from `first` to `last`, smooth in time. */
function smoothBoxes(finds: readonly Find[], times: readonly number[], first: number): Box[] {
  const found = new Map(finds.map(({ frame, box }) => [frame, coordinatesOf(box)]));
  const height = finds.reduce((sum, { box }) => sum + box.height, 0) / finds.length;
  const begin = (finds[0] as Find).frame - first;
  const end = (finds.at(-1) as Find).frame - first;
  const paths = coordinates.map((name) => {
    const samples = times.map((time, i) => ({ time, measured: found.get(first + i)?.[name] }));
    const noise = noiseOf(name, height);
    // Where it came from is as uncertain as where it goes: the same, with time running backwards.
    const back = samples.slice(0, end + 1).map(({ time, measured }) => ({ time: -time, measured }));
    const before = smoothed(back.reverse(), noise).reverse();
    return [...before.slice(0, begin), ...smoothed(samples.slice(begin), noise)];
  });
  return times.map((_, i) =>
    boxOf(Object.fromEntries(coordinates.map((name, k) => [name, paths[k]?.[i]])) as unknown as Coordinates),
  );
}

/** The boxes of one track: by frame. */
function boxesOf(
  finds: readonly Find[],
  frames: readonly TracksOfFrame[],
  size: Size,
): Map<number, Omit<HiddenBox, 'id'>> {
  const { first, last } = spanOf(finds, frames);
  const times = frames.slice(first, last + 1).map(({ time }) => time);
  const boxes = smoothBoxes(finds, times, first);
  const found = new Map(finds.map(({ frame, box }) => [frame, box]));
  const away = secondsAway(times, (i) => found.has(first + i));
  const shown = boxes.map((box, i): [number, Omit<HiddenBox, 'id'>] => {
    const here = found.get(first + i);
    const unseen = Math.max((away[i] as number) - growth.after, 0);
    const safe = here
      ? around(box, grown(here, -tolerance))
      : grown(box, Math.min(growth.aSecond * unseen, growth.most));
    return [first + i, { box: stretched(safe, size), isPredicted: !here }];
  });
  return new Map(shown);
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
 * The boxes to hide in each frame of a film of that size (in pixels) that has been tracked to its end, so that nothing flickers: smoothed in
 * time, bridged over frames in which a face was missed, and larger there and towards the border. A face that was found once is hidden for a
 * moment. Boxes may reach out of the picture.
 */
export function hiddenBoxes(frames: readonly TracksOfFrame[], size: Size): HiddenBox[][] {
  const hidden: HiddenBox[][] = frames.map(() => []);
  for (const [id, finds] of findsOf(frames)) {
    for (const [frame, box] of boxesOf(finds, frames, size)) hidden[frame]?.push({ id, ...box });
  }
  return hidden;
}
