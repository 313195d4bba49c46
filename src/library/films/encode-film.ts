import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { FaceDetectorError } from '../face-detector-error.js';
import type { DecodedFrame } from './decode-film.js';
import { type Colour, DecoderLog } from './decoder-log.js';
import { filmFile } from './encoded-film.js';
import { keepFrames, startFfmpeg } from './ffmpeg.js';
import type { FilmFacts } from './film-facts.js';

interface Container {
  muxer: string;
  /** How its pictures are coded: so that one does not see that they have been coded again. */
  film: readonly string[];
  /** Sound that it takes as it is; undefined for any. */
  sound: readonly string[] | undefined;
  /** How other sound is coded. */
  soundCodec: string;
  /** Its times are units of 1/n s, for its own n. */
  hasTimescale: boolean;
}

const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18'];
const inMp4 = ['aac', 'mp3', 'ac3', 'eac3', 'alac', 'opus', 'flac'];
const mp4: Container = { muxer: 'mp4', film: h264, sound: inMp4, soundCodec: 'aac', hasTimescale: true };

const containers: Readonly<Record<string, Container>> = {
  '.mp4': mp4,
  '.m4v': mp4,
  '.mov': { ...mp4, muxer: 'mov', sound: ['aac', 'mp3', 'ac3', 'alac', 'pcm_s16le'] },
  '.mkv': { ...mp4, muxer: 'matroska', sound: undefined, hasTimescale: false },
  '.webm': {
    muxer: 'webm',
    film: ['-c:v', 'libvpx-vp9', '-crf', '24', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '6', '-row-mt', '1'],
    sound: ['opus', 'vorbis'],
    soundCodec: 'libopus',
    hasTimescale: false,
  },
};

/** Whether films are written by such a name. */
export const isContainer = (file: string): boolean => Object.hasOwn(containers, path.extname(file).toLowerCase());

/** The container that the name of `file` asks for. Throws FaceDetectorError INVALID_OPTION. */
export function containerOf(file: string): Container {
  const extension = path.extname(file).toLowerCase();
  const container = containers[extension];
  if (container) return container;
  const names = Object.keys(containers).join(', ');
  throw new FaceDetectorError('INVALID_OPTION', `a film is written as ${names}, got "${path.basename(file)}"`);
}

export interface EncodeOptions {
  /** How its pictures are to be understood. */
  facts: Pick<FilmFacts, 'colour' | 'pixelShape'>;
  /** The film that the sound is taken from, and the codecs of its tracks. */
  sound?: { file: string; codecs: readonly string[] };
  container: Container;
  /** The file that is written, replaced if it exists. */
  partial: string;
  /** What that is called in the end, and in messages. */
  output: string;
}

// By a filter: what newer ffmpegs write is what the frames say, whatever the encoder is told.
function colourFilter({ space, transfer, primaries }: Colour): string {
  const known = { colorspace: space, color_trc: transfer, color_primaries: primaries, range: 'tv' };
  const given = Object.entries(known).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
  return `setparams=${given.join(':')}`;
}

function soundArgs({ sound, container }: EncodeOptions): string[] {
  if (!sound) return [];
  const isTaken = sound.codecs.every((codec) => container.sound?.includes(codec) ?? true);
  return ['-map', '1:a', '-c:a', isTaken ? 'copy' : container.soundCodec];
}

// Pictures go to ffmpeg as an IVF file, the simplest that has a time for each, in the units of the film.
function ivfHeader({ width, height, timeBase }: DecodedFrame): Uint8Array {
  const header = Buffer.alloc(32);
  header.write('DKIF');
  header.writeUInt16LE(header.length, 6);
  header.write('I420', 8);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(timeBase.denominator, 16);
  header.writeUInt32LE(timeBase.numerator, 20);
  return header;
}

function ivfFrameHeader({ data, ticks }: DecodedFrame, firstTicks: number): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(data.byteLength);
  header.writeBigInt64LE(BigInt(ticks - firstTicks), 4);
  return header;
}

/** Writes a film with the times of the one that it is made from. */
export class FilmEncoder {
  readonly #options: EncodeOptions;
  #ffmpeg: ChildProcess | undefined;
  #log: DecoderLog | undefined;
  #closed: Promise<unknown> | undefined;
  #first: DecodedFrame | undefined;

  constructor(options: EncodeOptions) {
    this.#options = options;
  }

  /** The next picture, of yuv420p; all must be of the same size. Resolves when there is room for more. */
  async write(frame: DecodedFrame): Promise<void> {
    this.#first ??= frame;
    const first = this.#first;
    this.#ffmpeg ??= await this.#start(first);
    const stdin = this.#ffmpeg.stdin as Writable;
    stdin.write(ivfFrameHeader(frame, first.ticks));
    if (!stdin.write(frame.data)) await Promise.race([once(stdin, 'drain').catch(() => undefined), this.#closed]);
    if (stdin.destroyed) await this.end();
  }

  /** Resolves when the film is written. Rejects with FaceDetectorError FILM_UNWRITABLE and ffmpeg's reasons. */
  async end(): Promise<void> {
    this.#ffmpeg?.stdin?.end();
    await this.#closed;
    if (this.#ffmpeg?.exitCode === 0) return;
    const { partial, output } = this.#options;
    const reasons = this.#log?.errors.join('; ').replaceAll(`file:${partial}`, output);
    throw new FaceDetectorError('FILM_UNWRITABLE', `the film cannot be written: ${reasons || 'ffmpeg was killed'}`);
  }

  /** Gives up; resolves when nothing is written any more. */
  async kill(): Promise<void> {
    this.#ffmpeg?.kill('SIGKILL');
    await this.#closed;
  }

  async #start(first: DecodedFrame): Promise<ChildProcess> {
    const { sound, facts, container, partial } = this.#options;
    const { width, height, time, timeBase } = first;
    const filters = [
      colourFilter(facts.colour),
      ...(width % 2 || height % 2 ? ['pad=ceil(iw/2)*2:ceil(ih/2)*2'] : []), // H.264 has no odd sides with halved colours
      ...(facts.pixelShape ? [`setsar=${facts.pixelShape.replace(':', '/')}`] : []),
    ];
    const ffmpeg = await startFfmpeg(
      [
        ...['-y', '-itsoffset', String(time), '-f', 'ivf', '-i', 'pipe:0'],
        ...(sound ? filmFile(sound.file).args : []),
        ...[
          '-map',
          '0:v',
          ...soundArgs(this.#options),
          '-map_metadata',
          '-1',
          '-map_chapters',
          '-1',
          '-fflags',
          '+bitexact',
        ],
        ...['-vf', filters.join(','), ...container.film, '-pix_fmt', 'yuv420p'],
        ...[...(await keepFrames()), '-enc_time_base', `${timeBase.numerator}:${timeBase.denominator}`],
        ...(container.hasTimescale
          ? ['-video_track_timescale', String(timeBase.denominator), '-movflags', '+faststart']
          : []),
        ...['-f', container.muxer, `file:${partial}`],
      ],
      ['pipe', 'ignore', 'pipe'],
    );
    this.#closed = once(ffmpeg, 'close');
    this.#log = new DecoderLog(ffmpeg.stderr as Readable);
    ffmpeg.stdin?.on('error', () => undefined); // it says itself why it stops reading
    ffmpeg.stdin?.write(ivfHeader(first));
    return ffmpeg;
  }
}
