import { access } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { isSignal, throwIfAborted } from '../abort.js';
import { check, checkOptions, type limitNames } from '../detect-options.js';
import type { Box } from '../detection.js';
import type { FaceDetector } from '../detector.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { pictureTables } from '../render-options.js';
import { writeWhole } from '../write-whole.js';
import { containerOf, type EncodeOptions, FilmEncoder } from './encode-film.js';
import { type EncodedFilm, encodedFilm, filmStream } from './encoded-film.js';
import type { TrackerOptions } from './face-tracker.js';
import { type FilmFacts, filmFacts } from './film-facts.js';
import type { FilmProgress } from './film-progress.js';
import { checkHdr, type Hidden, type HideOptions } from './hide-faces.js';
import { hideInOnePass } from './hide-in-one-pass.js';
import { hideInTwoPasses } from './hide-in-two-passes.js';
import type { Moment } from './moments.js';

/** How faces are hidden, as by `detector.redact`, and how they are searched and followed. */
export interface RedactFilmOptions extends Omit<TrackerOptions, (typeof limitNames)[number]> {
  mode?: 'blur' | 'pixelate' | 'fill' | undefined;
  shape?: 'ellipse' | 'box' | undefined;
  margin?: number | undefined;
  /** Boxes in pixels that are hidden in every frame as well. */
  regions?: readonly Box[] | undefined;
  /** Of a file. Default true. */
  keepsSound?: boolean | undefined;
  /** Replace `output` if it exists. Default false: EEXIST. */
  overwrite?: boolean | undefined;
  /** Of a stream: how many seconds are read ahead of what is written, 0.3 to 10; less where they would take more than 400 MB. Default 1. */
  lookAhead?: number | undefined;
  /** Of a stream: seconds to wait for a picture, 1 to 3600. Default 30. */
  stallTimeout?: number | undefined;
  /** Of a stream: ends it when it aborts; what has come until then is written. */
  until?: AbortSignal | undefined;
  signal?: AbortSignal | undefined;
  /** Called for each frame of each pass. */
  onProgress?: ((progress: FilmProgress) => void) | undefined;
}

/** A film: the path or file URL of one, or what a `FilmSource` of encoded films may be besides. */
export type RedactSource = string | URL | AsyncIterable<Uint8Array>;

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

async function checkOutput(input: string | undefined, output: string, overwrite: boolean): Promise<void> {
  if (input !== undefined && path.resolve(input) === path.resolve(output))
    throw new FaceDetectorError('INVALID_OPTION', 'the film cannot be written over itself: give another output');
  const isThere = await access(output).then(
    () => true,
    () => false,
  );
  if (isThere && !overwrite) throw Object.assign(new Error(`EEXIST: ${output} exists`), { code: 'EEXIST' });
}

function readOptions(options: RedactFilmOptions): HideOptions & { overwrite: boolean; keepsSound: boolean } {
  const defaults = pictureTables.redact;
  const {
    mode = defaults.mode.default,
    shape = defaults.shape.default,
    margin = defaults.margin.default,
    regions = [],
    keepsSound = true,
    lookAhead = 1,
    stallTimeout = 30,
    overwrite = false,
    until,
    signal,
    onProgress,
    ...tracking
  } = options;
  checkOptions({ mode, shape, margin, regions }, defaults);
  check(lookAhead >= 0.3 && lookAhead <= 10, 'lookAhead', 'a number from 0.3 to 10', lookAhead);
  check(stallTimeout >= 1 && stallTimeout <= 3600, 'stallTimeout', 'a number from 1 to 3600', stallTimeout);
  check(until === undefined || isSignal(until), 'until', 'an AbortSignal', until);
  return {
    tracking,
    how: { mode, shape, margin, regions },
    keepsSound,
    lookAhead,
    stallMs: 1000 * stallTimeout,
    until,
    signal,
    onProgress,
    overwrite,
  };
}

/** A film whose bytes are iterated becomes a stream. */
function sourceOf(input: RedactSource): EncodedFilm {
  return encodedFilm(input) ?? filmStream(Readable.from(input as AsyncIterable<Uint8Array>, { objectMode: false }));
}

/**
 * Writes a film with its faces hidden. A file is read twice: boxes are smoothed and bridged over missed frames in both directions, so that
 * nothing flickers. A stream, camera or URL is read once, `lookAhead` seconds ahead of what is written, and its sound is not kept; a live one
 * that fails after its first picture ends there. Times of the frames and turned pictures stay; metadata goes, and more than 8 bits of colour
 * become 8. `output` (.mp4, .m4v, .mov, .mkv or .webm) gets its name when it is whole.
 *
 * Rejects with FaceDetectorError INVALID_OPTION, FFMPEG_MISSING, FILM_UNREADABLE, FILM_UNWRITABLE, FILM_STALLED, UNSUPPORTED_FORMAT for HDR, as
 * `detector.detect`, and with EEXIST.
 */
export async function redactFilm(
  detector: FaceDetector,
  input: RedactSource,
  output: string,
  options: RedactFilmOptions = {},
): Promise<RedactedFilm> {
  const { overwrite, keepsSound, ...hide } = readOptions(options);
  const film = sourceOf(input);
  const container = containerOf(output);
  await checkOutput(film.file, output, overwrite);
  return writeWhole(output, (partial) =>
    writeHidden(detector, film, { container, partial, output }, { keepsSound, ...hide }),
  );
}

type Target = Pick<EncodeOptions, 'container' | 'partial' | 'output'>;

/** Writes `film` with its faces hidden. Rejects like redactFilm. */
async function writeHidden(
  detector: FaceDetector,
  film: EncodedFilm,
  target: Target,
  { keepsSound, ...hide }: HideOptions & { keepsSound: boolean },
): Promise<RedactedFilm> {
  let encoder: FilmEncoder | undefined;
  const encoderFor = (how: Pick<EncodeOptions, 'facts' | 'sound'>) => {
    encoder = new FilmEncoder({ ...how, ...target });
    return encoder;
  };
  let length: number | undefined;
  const hidePasses = async (): Promise<Hidden> => {
    if (film.file === undefined) return hideInOnePass(detector, film, (facts) => encoderFor({ facts }), hide);
    const facts = await filmFacts(film.file, hide.signal);
    length = facts.duration;
    checkHdr(facts.colour);
    const sound = keepsSound && facts.sound.length > 0 && { sound: { file: film.file, codecs: facts.sound } };
    return hideInTwoPasses(detector, film.file, encoderFor({ facts: outFacts(facts), ...sound }), { ...hide, facts });
  };
  try {
    const { frames, time, size, moments, damage } = await hidePasses();
    if (!encoder) throw new FaceDetectorError('FILM_UNREADABLE', 'the film ended before its first picture');
    await encoder.end();
    throwIfAborted(hide.signal);
    return { frames, duration: length ?? time, faces: moments.faces, moments: moments.toCheck(size), damage };
  } catch (error) {
    await encoder?.kill();
    throw error;
  }
}

/** How the written pixels are to be understood. */
const outFacts = (facts: FilmFacts): FilmFacts =>
  facts.isRgb ? { ...facts, colour: { space: 'bt709', transfer: 'bt709', primaries: 'bt709' } } : facts;
