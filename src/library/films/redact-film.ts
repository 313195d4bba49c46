import { randomUUID } from 'node:crypto';
import { access, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../abort.js';
import { checkOptions, type limitNames } from '../detect-options.js';
import type { Box } from '../detection.js';
import type { FaceDetector } from '../detector.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { loadAddon } from '../load-addon.js';
import type { NativeFrame } from '../native.js';
import { pictureTables } from '../render-options.js';
import { decodeFilm } from './decode-film.js';
import { containerOf, FilmEncoder } from './encode-film.js';
import { filmFile } from './encoded-film.js';
import { FaceTracker, type TrackedFrame, type TrackerOptions } from './face-tracker.js';
import { type FilmFacts, filmFacts } from './film-facts.js';
import { type Moment, momentsToCheck } from './moments.js';
import { type HiddenBox, hiddenBoxes, type TracksOfFrame } from './smooth.js';

/** How faces are hidden, as by `detector.redact`, and how they are searched and followed. */
export interface RedactFilmOptions extends Omit<TrackerOptions, (typeof limitNames)[number]> {
  mode?: 'blur' | 'pixelate' | 'fill' | undefined;
  shape?: 'ellipse' | 'box' | undefined;
  margin?: number | undefined;
  /** Boxes in pixels that are hidden in every frame as well. */
  regions?: readonly Box[] | undefined;
  /** Default true. */
  keepsSound?: boolean | undefined;
  /** Replace `output` if it exists. Default false: EEXIST. */
  overwrite?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Called for each frame of the two passes. */
  onProgress?: ((progress: FilmProgress) => void) | undefined;
}

export interface FilmProgress {
  step: 'search' | 'write';
  /** Frames done in this step, and in all: in the first step estimated from the film's length, or unknown. */
  frames: number;
  of: number | undefined;
}

export interface RedactedFilm {
  frames: number;
  /** Seconds. */
  duration: number;
  /** How many faces were followed; one that was away for long counts twice. */
  faces: number;
  /** Where somebody should look: faces that appear or vanish in the middle of the picture. */
  moments: Moment[];
  /** What ffmpeg says is damaged in the film; its parts are hidden as they are shown. */
  damage: string[];
}

// The detector's own limits must not leave a face visible.
const noLimits = { maxRoll: 180, maxYaw: 90, minSharpness: 0 };

// From a picture to the next, however busy the disk is.
const stallMs = 60_000;

/** All that the first pass finds. */
interface Searched {
  frames: TracksOfFrame[];
  size: { width: number; height: number };
  damage: string[];
}

async function search(
  detector: FaceDetector,
  file: string,
  facts: FilmFacts,
  options: TrackerOptions & Pick<RedactFilmOptions, 'signal' | 'onProgress'>,
): Promise<Searched> {
  const { signal, onProgress, ...tracking } = options;
  const frames: TracksOfFrame[] = [];
  const damage: string[] = [];
  let size = { width: 0, height: 0 };
  const onDamage = (messages: readonly string[]) => damage.push(...messages);
  const tracker = new FaceTracker(detector, { ...tracking, ...noLimits });
  for await (const frame of tracker.track(file, { signal, onDamage, stallTimeout: stallMs / 1000 })) {
    const { time, isCut, faces, width, height } = frame;
    frames.push({ time, isCut, faces: faces.map(({ id, found }) => ({ id, ...(found && { found }) })) });
    if (frames.length > 1 && (width !== size.width || height !== size.height)) throw changesSize(frame, size);
    size = { width, height };
    const of = facts.duration && time > 0 ? Math.round((frames.length * facts.duration) / time) : undefined;
    onProgress?.({ step: 'search', frames: frames.length, of });
  }
  return { frames, size, damage };
}

/** The second pass: hides the boxes in each frame. */
async function write(
  file: string,
  hidden: readonly HiddenBox[][],
  encoder: FilmEncoder,
  { regions = [], ...how }: Pick<NativeFrame, 'mode' | 'shape' | 'margin'> & Pick<RedactFilmOptions, 'regions'>,
  options: { facts: FilmFacts } & Pick<RedactFilmOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  const { facts, signal, onProgress } = options;
  const filters = facts.isRgb ? ['scale=out_color_matrix=bt709'] : [];
  const addon = loadAddon();
  let count = 0;
  for await (const frame of decodeFilm(filmFile(file), { layout: 'yuv420p', filters, signal, stallMs })) {
    const boxes = hidden[count++];
    if (!boxes) break;
    const { data, width, height } = frame;
    const faces = boxes.map(({ box }) => box);
    if (faces.length > 0) await addon.redactFrame({ data, width, height, boxes: faces, ...how });
    if (regions.length > 0)
      await addon.redactFrame({ data, width, height, boxes: regions, ...how, shape: 'box', margin: 0 });
    await encoder.write(frame);
    onProgress?.({ step: 'write', frames: count, of: hidden.length });
  }
  if (count !== hidden.length)
    throw new FaceDetectorError('FILM_UNREADABLE', 'the film had other frames when it was read again');
  await encoder.end();
}

function checkHdr({ colour: { transfer = '' } }: FilmFacts): void {
  if (transfer !== 'smpte2084' && transfer !== 'arib-std-b67') return;
  const filters = 'zscale=t=linear:npl=100,tonemap=hable,zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p';
  throw new FaceDetectorError(
    'UNSUPPORTED_FORMAT',
    `the film is HDR (${transfer}), which would come out dull: make it an ordinary one first, ffmpeg -i FILM -vf ${filters} ORDINARY.mp4`,
  );
}

/** One film has one size; scaled by whoever made it, it shows what they mean. */
function changesSize(
  { time, width, height }: TrackedFrame,
  size: { width: number; height: number },
): FaceDetectorError {
  const what = `the film goes on in ${width} x ${height} at ${time.toFixed(2)} s, after ${size.width} x ${size.height}`;
  const remedy = `make it one size first: ffmpeg -i FILM -vf scale=${size.width}:${size.height} OF_ONE_SIZE.mp4`;
  return new FaceDetectorError('UNSUPPORTED_FORMAT', `${what}: ${remedy}`);
}

function checkRegions(regions: readonly Box[] | undefined, size: { width: number; height: number }): void {
  for (const { x, y, width, height } of regions ?? []) {
    if (x < size.width && y < size.height && x + width > 0 && y + height > 0) continue;
    const message = `regions: the box ${x},${y},${width},${height} is outside the film, which is ${size.width} x ${size.height}`;
    throw new FaceDetectorError('INVALID_OPTION', message);
  }
}

async function checkOutput(input: string, output: string, overwrite: boolean): Promise<void> {
  if (path.resolve(input) === path.resolve(output))
    throw new FaceDetectorError('INVALID_OPTION', 'the film cannot be written over itself: give another output');
  const isThere = await access(output).then(
    () => true,
    () => false,
  );
  if (isThere && !overwrite) throw Object.assign(new Error(`EEXIST: ${output} exists`), { code: 'EEXIST' });
}

/**
 * Writes a film with its faces hidden. It is read twice: boxes are smoothed and bridged over missed frames in both directions, so that nothing
 * flickers. Times of the frames, turned pictures and sound stay; metadata goes, and more than 8 bits of colour become 8. `output`
 * (.mp4, .m4v, .mov, .mkv or .webm) gets its name when it is whole.
 *
 * Rejects with FaceDetectorError INVALID_OPTION, FFMPEG_MISSING, FILM_UNREADABLE, FILM_UNWRITABLE, FILM_STALLED, UNSUPPORTED_FORMAT for HDR, as
 * `detector.detect`, and with EEXIST.
 */
export async function redactFilm(
  detector: FaceDetector,
  input: string,
  output: string,
  options: RedactFilmOptions = {},
): Promise<RedactedFilm> {
  const defaults = pictureTables.redact;
  const {
    mode = defaults.mode.default,
    shape = defaults.shape.default,
    margin = defaults.margin.default,
    regions,
    keepsSound = true,
    overwrite = false,
    signal,
    onProgress,
    ...tracking
  } = options;
  checkOptions({ mode, shape, margin, regions }, defaults);
  const container = containerOf(output);
  await checkOutput(input, output, overwrite);
  const facts = await filmFacts(input, signal);
  checkHdr(facts);
  const { frames, size, damage } = await search(detector, input, facts, { ...tracking, signal, onProgress });
  checkRegions(regions, size);
  const hidden = hiddenBoxes(frames, size);
  const partial = `${output}.${randomUUID()}.partial`;
  const encoder = new FilmEncoder({ original: input, facts: outFacts(facts), keepsSound, container, output: partial });
  try {
    await write(input, hidden, encoder, { mode, shape, margin, regions }, { facts, signal, onProgress });
    throwIfAborted(signal);
    await rename(partial, output);
  } catch (error) {
    await encoder.kill();
    await rm(partial, { force: true });
    throw error;
  }
  const ids = new Set(frames.flatMap(({ faces }) => faces.map(({ id }) => id)));
  const duration = facts.duration ?? frames.at(-1)?.time ?? 0;
  return { frames: frames.length, duration, faces: ids.size, moments: momentsToCheck(frames, size), damage };
}

/** How the written pixels are to be understood. */
const outFacts = (facts: FilmFacts): FilmFacts =>
  facts.isRgb ? { ...facts, colour: { space: 'bt709', transfer: 'bt709', primaries: 'bt709' } } : facts;
