import type { FaceDetector } from '../detector.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { decodeFilm } from './decode-film.js';
import type { FilmEncoder } from './encode-film.js';
import { filmFile } from './encoded-film.js';
import { FaceTracker } from './face-tracker.js';
import type { FilmFacts } from './film-facts.js';
import {
  checkRegions,
  checkSameSize,
  type Hidden,
  type HideOptions,
  type How,
  noLimits,
  nothingHidden,
  tracksOf,
  writeHidden,
} from './hide-faces.js';
import { type HiddenBox, hiddenBoxes, type TracksOfFrame } from './smooth.js';

// From a picture to the next, however busy the disk is.
const stallMs = 60_000;

type Options = Pick<HideOptions, 'tracking' | 'how' | 'signal' | 'onProgress'> & { facts: FilmFacts };

/** The first pass: finds the faces of each frame. */
async function search(
  detector: FaceDetector,
  file: string,
  options: Options,
  hidden: Hidden,
): Promise<TracksOfFrame[]> {
  const { facts, tracking, signal, onProgress } = options;
  const frames: TracksOfFrame[] = [];
  const onDamage = (messages: readonly string[]) => hidden.damage.push(...messages);
  const tracker = new FaceTracker(detector, { ...tracking, ...noLimits });
  for await (const frame of tracker.track(file, { signal, onDamage, stallTimeout: stallMs / 1000 })) {
    const { time, width, height } = frame;
    checkSameSize(frame, hidden);
    const tracks = tracksOf(frame);
    frames.push(tracks);
    hidden.moments.add(tracks);
    Object.assign(hidden, { time, frames: frames.length, size: { width, height } });
    const of = facts.duration && time > 0 ? Math.round((frames.length * facts.duration) / time) : undefined;
    onProgress?.({ step: 'search', frames: frames.length, of });
  }
  return frames;
}

/** The second pass: hides the boxes in each frame. */
async function write(file: string, boxes: HiddenBox[][], encoder: FilmEncoder, how: How, options: Options) {
  const { facts, signal, onProgress } = options;
  const filters = facts.isRgb ? ['scale=out_color_matrix=bt709'] : [];
  let count = 0;
  for await (const frame of decodeFilm(filmFile(file), { layout: 'yuv420p', filters, signal, stallMs })) {
    const here = boxes[count++];
    if (!here) break;
    await writeHidden(encoder, frame, here, how);
    onProgress?.({ step: 'write', frames: count, of: boxes.length });
  }
  if (count !== boxes.length)
    throw new FaceDetectorError('FILM_UNREADABLE', 'the film had other frames when it was read again');
}

/** Hides the faces of a file, whose boxes are smoothed over all of it. */
export async function hideInTwoPasses(
  detector: FaceDetector,
  file: string,
  encoder: FilmEncoder,
  options: Options,
): Promise<Hidden> {
  const hidden = nothingHidden();
  const frames = await search(detector, file, options, hidden);
  checkRegions(options.how.regions, hidden.size);
  await write(file, hiddenBoxes(frames, hidden.size), encoder, options.how, options);
  return hidden;
}
