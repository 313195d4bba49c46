import type { Box, Face, Landmarks, Point } from '../detection.js';
import { landmarkNames } from '../detection.js';
import { correct, type Motion, type Noise, predict, startMotion } from './motion.js';

/** A face of a film at one moment. */
export interface TrackedFace {
  /** The same for the same face as long as it is followed; numbers are not used again. */
  id: number;
  /** Where the face most likely is, after all that has been found up to here; calmer than what is found in each frame by itself. */
  box: Box;
  /** What the detector found in this frame. Absent if it did not, or if the frame was not searched. */
  found?: Box;
  /** Of the last frame in which the face was found, moved along with the box. Absent as in a `Face`. */
  landmarks?: Landmarks;
  /** Of the last frame in which it was found: 0 to 1. */
  confidence: number;
  /** Seconds since it was first found. */
  age: number;
  /** There is no `found`: the box is where the face should be. */
  isPredicted: boolean;
}

/** Standard deviations in heights of the face, or in natural logarithms for its size: measured on films drawn by code. */
const placeNoise: Noise = { measured: 0.03, gained: 5 };
const sizeNoise: Noise = { measured: 0.04, gained: 1 };

/** A box as a Kalman filter sees it: its centre in pixels, and the logarithms of its sides. */
export const coordinates = ['x', 'y', 'width', 'height'] as const;
export type Coordinates = Record<(typeof coordinates)[number], number>;

export function coordinatesOf({ x, y, width, height }: Box): Coordinates {
  return {
    x: x + width / 2,
    y: y + height / 2,
    width: Math.log(Math.max(width, 1)),
    height: Math.log(Math.max(height, 1)),
  };
}

export function boxOf({ x, y, width, height }: Coordinates): Box {
  const [w, h] = [Math.exp(width), Math.exp(height)];
  return { x: x - w / 2, y: y - h / 2, width: w, height: h };
}

/** The noise of a coordinate of a face that is so many pixels high. */
export function noiseOf(coordinate: keyof Coordinates, height: number): Noise {
  if (coordinate === 'width' || coordinate === 'height') return sizeNoise;
  return { measured: placeNoise.measured * height, gained: placeNoise.gained * height };
}

/**
 * Faces that are followed at a time. Each is compared with each that is found, so that a film of noise, where thousands are found and
 * none again, would keep its program from anything else.
 */
const mostTracks = 1000;

interface Track {
  readonly id: number;
  readonly firstFound: number;
  lastFound: number;
  /** It is found in the frame of this time. */
  isFound: boolean;
  time: number;
  face: Face;
  motion: Record<keyof Coordinates, Motion>;
}

const mapped = <T>(of: (coordinate: keyof Coordinates) => T) =>
  Object.fromEntries(coordinates.map((coordinate) => [coordinate, of(coordinate)])) as Record<keyof Coordinates, T>;

function trackOf(id: number, face: Face, time: number): Track {
  const measured = coordinatesOf(face.box);
  const motion = mapped((name) => startMotion(measured[name], noiseOf(name, face.box.height)));
  return { id, firstFound: time, lastFound: time, isFound: true, time, face, motion };
}

const placeOf = ({ motion }: Track) => boxOf(mapped((name) => motion[name].position));

function movedOn(track: Track, time: number): void {
  const { height } = placeOf(track);
  const seconds = Math.max(time - track.time, 0);
  track.motion = mapped((name) => predict(track.motion[name], seconds, noiseOf(name, height)));
  track.time = time;
  track.isFound = false;
}

function found(track: Track, face: Face, time: number): void {
  const measured = coordinatesOf(face.box);
  track.motion = mapped((name) => correct(track.motion[name], measured[name], noiseOf(name, face.box.height)));
  track.face = face;
  track.lastFound = time;
  track.isFound = true;
}

/** A point of the face, as the face is now in `to`. */
const carried = (point: Point, from: Box, to: Box): Point => ({
  x: to.x + ((point.x - from.x) * to.width) / from.width,
  y: to.y + ((point.y - from.y) * to.height) / from.height,
});

function shown(track: Track, time: number): TrackedFace {
  const { face, id } = track;
  const isPredicted = !track.isFound;
  const box = placeOf(track);
  const { landmarks } = face;
  return {
    id,
    box,
    ...(!isPredicted && { found: face.box }),
    confidence: face.confidence,
    ...(landmarks && {
      landmarks: Object.fromEntries(
        landmarkNames.map((name) => [name, carried(landmarks[name], face.box, box)]),
      ) as Landmarks,
    }),
    age: time - track.firstFound,
    isPredicted,
  };
}

/** What of a track or a face its distances are made of, which are many. */
interface Place {
  height: number;
  at: Coordinates;
}

const placeIn = (box: Box): Place => ({ height: box.height, at: coordinatesOf(box) });

/** How far a found face is from where a track should be: distances in heights, sizes in ratios. Above 1: another face. */
function distance({ motion }: Track, place: Place, other: Place): number {
  const height = (place.height + other.height) / 2;
  const x = place.at.x - other.at.x;
  const y = place.at.y - other.at.y;
  if (x * x + y * y > height * height) return Number.POSITIVE_INFINITY; // beyond any reach, as most are
  const bySize = Math.abs(place.at.height - other.at.height) / Math.log(2);
  // Where a face was not seen for long it may be further away, to a face's height.
  const reach = Math.min(0.5 + (2 * Math.sqrt(motion.x.pp + motion.y.pp)) / height, 1);
  return Math.hypot(Math.hypot(x, y) / (reach * height), bySize);
}

/** Pairs of a track and a face that may be the same, nearest first. */
function nearPairs(tracks: readonly Track[], faces: readonly Face[]): { track: Track; face: Face; apart: number }[] {
  const places = faces.map((face) => placeIn(face.box));
  const pairs: { track: Track; face: Face; apart: number }[] = [];
  for (const track of tracks) {
    const place = placeIn(placeOf(track));
    for (let i = 0; i < faces.length; i++) {
      const apart = distance(track, place, places[i] as Place);
      if (apart <= 1) pairs.push({ track, face: faces[i] as Face, apart });
    }
  }
  return pairs.sort((a, b) => a.apart - b.apart);
}

/**
 * The faces of a film as it goes on. Each face found is given to the track it is nearest to, nearest pairs first: with the few
 * faces of a picture the best assignment of all together would rarely be another.
 */
export class Tracks {
  readonly #maxGap: number;
  #tracks: Track[] = [];
  #nextId = 1;

  /**
   * `maxGap`: seconds for which a face that is not found is followed; shorter for those beyond the thousandth.
   */
  constructor(maxGap: number) {
    this.#maxGap = maxGap;
  }

  /** The picture is cut here: no face goes on. */
  cut(): void {
    this.#tracks = [];
  }

  /**
   * The faces at `time`, in seconds, which must not fall; `faces` undefined if that frame was not searched, in which no face is lost.
   */
  step(faces: readonly Face[] | undefined, time: number, picture: { width: number; height: number }): TrackedFace[] {
    for (const track of this.#tracks) movedOn(track, time);
    if (faces) this.#assign(faces, time);
    this.#tracks = this.#tracks.filter(
      (track) => track.isFound || (isOn(placeOf(track), picture) && !(faces && time - track.lastFound > this.#maxGap)),
    );
    if (this.#tracks.length > mostTracks) this.#forgetMissed();
    return this.#tracks.map((track) => shown(track, time));
  }

  /** Leaves out faces that were not found, for the longest time first; what is found is never left out. */
  #forgetMissed(): void {
    const missed = this.#tracks.filter(({ isFound }) => !isFound).sort((a, b) => a.lastFound - b.lastFound);
    const forgotten = new Set(missed.slice(0, this.#tracks.length - mostTracks));
    this.#tracks = this.#tracks.filter((track) => !forgotten.has(track));
  }

  #assign(faces: readonly Face[], time: number): void {
    const taken = new Set<Face | Track>();
    for (const { track, face } of nearPairs(this.#tracks, faces)) {
      if (taken.has(track) || taken.has(face)) continue;
      taken.add(track).add(face);
      found(track, face, time);
    }
    for (const face of faces) {
      if (!taken.has(face)) this.#tracks.push(trackOf(this.#nextId++, face, time));
    }
  }
}

/** Whether the middle of the box is on the picture. */
const isOn = ({ x, y, width, height }: Box, picture: { width: number; height: number }) =>
  x + width / 2 >= 0 && y + height / 2 >= 0 && x + width / 2 <= picture.width && y + height / 2 <= picture.height;
