import type { limitNames } from '../detect-options.js';
import type { Box } from '../detection.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { loadAddon } from '../load-addon.js';
import type { NativeFrame } from '../native.js';
import type { DecodedFrame } from './decode-film.js';
import type { Colour } from './decoder-log.js';
import type { FilmEncoder } from './encode-film.js';
import type { TrackedFrame, TrackerOptions } from './face-tracker.js';
import type { FilmProgress } from './film-progress.js';
import { Moments } from './moments.js';
import type { HiddenBox, TracksOfFrame } from './smooth.js';

/** How faces are hidden in every frame. */
export type How = Pick<NativeFrame, 'mode' | 'shape' | 'margin'> & { regions: readonly Box[] };

/** What a redaction needs besides its source. */
export interface HideOptions {
  tracking: TrackerOptions;
  how: How;
  lookAhead: number;
  /** Of a stream: milliseconds without a picture after which it counts as stalled. */
  stallMs: number;
  until: AbortSignal | undefined;
  signal: AbortSignal | undefined;
  onProgress: ((progress: FilmProgress) => void) | undefined;
}

/** What comes of hiding the faces of a film. */
export interface Hidden {
  frames: number;
  /** Of the last frame. */
  time: number;
  size: { width: number; height: number };
  moments: Moments;
  damage: string[];
}

export const nothingHidden = (): Hidden => ({
  frames: 0,
  time: 0,
  size: { width: 0, height: 0 },
  moments: new Moments(),
  damage: [],
});

/** The detector's own limits must not leave a face visible: these leave none out. */
export const noLimits = { maxRoll: 180, maxYaw: 90, minSharpness: 0 } satisfies Record<
  (typeof limitNames)[number],
  number
>;

export const tracksOf = ({ time, isCut, isSearched, faces }: TrackedFrame): TracksOfFrame => ({
  time,
  isCut,
  isSearched,
  faces: faces.map(({ id, found }) => ({ id, ...(found && { found }) })),
});

/** Hides the boxes in a frame of yuv420p and writes it. */
export async function writeHidden(
  encoder: FilmEncoder,
  frame: DecodedFrame,
  boxes: readonly HiddenBox[],
  { regions, ...how }: How,
): Promise<void> {
  const { data, width, height } = frame;
  const addon = loadAddon();
  const faces = boxes.map(({ box }) => box);
  if (faces.length > 0) await addon.redactFrame({ data, width, height, boxes: faces, ...how });
  if (regions.length > 0)
    await addon.redactFrame({ data, width, height, boxes: [...regions], ...how, shape: 'box', margin: 0 });
  await encoder.write(frame);
}

/** Throws FaceDetectorError UNSUPPORTED_FORMAT for films in HDR. */
export function checkHdr({ transfer = '' }: Colour): void {
  if (transfer !== 'smpte2084' && transfer !== 'arib-std-b67') return;
  const filters = 'zscale=t=linear:npl=100,tonemap=hable,zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p';
  throw new FaceDetectorError(
    'UNSUPPORTED_FORMAT',
    `the film is HDR (${transfer}), which would come out dull: make it an ordinary one first, ffmpeg -i FILM -vf ${filters} ORDINARY.mp4`,
  );
}

/**
 * Throws FaceDetectorError UNSUPPORTED_FORMAT for a frame of another size than those before, if there are any: one film has one size; scaled by
 * whoever made it, it shows what they mean.
 */
export function checkSameSize({ time, width, height }: TrackedFrame, { size }: Hidden): void {
  if (size.width === 0 || (width === size.width && height === size.height)) return;
  const what = `the film goes on in ${width} x ${height} at ${time.toFixed(2)} s, after ${size.width} x ${size.height}`;
  const remedy = `make it one size first: ffmpeg -i FILM -vf scale=${size.width}:${size.height} OF_ONE_SIZE.mp4`;
  throw new FaceDetectorError('UNSUPPORTED_FORMAT', `${what}: ${remedy}`);
}

/** Throws FaceDetectorError INVALID_OPTION for a region outside pictures of this size. */
export function checkRegions(regions: readonly Box[], size: { width: number; height: number }): void {
  for (const { x, y, width, height } of regions) {
    if (x < size.width && y < size.height && x + width > 0 && y + height > 0) continue;
    const message = `regions: the box ${x},${y},${width},${height} is outside the film, which is ${size.width} x ${size.height}`;
    throw new FaceDetectorError('INVALID_OPTION', message);
  }
}
