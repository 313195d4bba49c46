import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onAbort, throwIfAborted } from '../abort.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { DecoderLog, type FrameFacts, type TimeBase } from './decoder-log.js';
import type { EncodedFilm } from './encoded-film.js';
import { keepFrames, startFfmpeg } from './ffmpeg.js';

/** `bgr24`: three bytes a pixel; `yuv420p`: a plane of brightness and two of colour with half of its sides, rounded up. */
export type PixelLayout = 'bgr24' | 'yuv420p';

export interface DecodedFrame extends FrameFacts {
  data: Uint8Array;
  timeBase: TimeBase;
}

/** What decoding a film from strangers may take. */
export interface DecoderBounds {
  /** Of one picture. */
  maxPixels: number;
  /** Of ffmpeg's address space; on Linux. */
  memoryBytes: number;
}

export interface DecodeOptions {
  layout: PixelLayout;
  /** Gets the log before the first picture. */
  onLog?: (log: DecoderLog) => void;
  signal?: AbortSignal | undefined;
  /** Of ffmpeg, before the pixels get their layout. */
  filters?: readonly string[];
  /** Milliseconds without a picture after which the source counts as stalled. */
  stallMs: number;
  /** Decodes on one thread as well. */
  bounds?: DecoderBounds | undefined;
  /** Gets what was damaged on the way, when the film is over. */
  onDamage?: ((messages: readonly string[]) => void) | undefined;
}

export function bytesOf(layout: PixelLayout, width: number, height: number): number {
  return layout === 'bgr24' ? 3 * width * height : width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

// Of one picture, as of one image: 50 million pixels of bgr24.
const maxFrameBytes = 150_000_000;

/** Takes exactly so many bytes at a time from a stream. */
class Taker {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Undefined if the stream ends before that. */
  async take(bytes: number): Promise<Uint8Array | undefined> {
    const taken = Buffer.allocUnsafe(bytes);
    let filled = 0;
    while (true) {
      const part = this.#rest.subarray(0, bytes - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
      if (filled === bytes) return taken;
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = next.value;
    }
  }
}

/** What `promise` resolves to, or a rejection with FILM_STALLED after so long. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = new FaceDetectorError('FILM_STALLED', `no picture has come for ${ms / 1000} s`);
    timer = setTimeout(reject, ms, error);
  });
  try {
    return await Promise.race([promise, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The pictures of a film as people see them: turned as the film says, in 8 bits. ffmpeg waits while nobody takes the next one.
 * Rejects with FaceDetectorError FFMPEG_MISSING, FILM_UNREADABLE, FILM_STALLED, TOO_MANY_PIXELS, and with the signal's reason.
 */
export async function* decodeFilm(film: EncodedFilm, options: DecodeOptions): AsyncGenerator<DecodedFrame, void> {
  const { layout, onLog, signal, stallMs, bounds, onDamage, filters = [] } = options;
  throwIfAborted(signal);
  const filter = [...filters, 'showinfo=checksum=0'].join(',');
  const microseconds = ['-enc_time_base', '1:1000000']; // ffmpeg complains of frames that round to the same time
  const pictures = ['-map', '0:V:0', '-vf', filter, ...(await keepFrames()), ...microseconds];
  const args = [
    ...(bounds ? boundedBy(bounds) : []),
    ...film.args,
    ...pictures,
    ...['-f', 'rawvideo', '-pix_fmt', layout, 'pipe:1'],
  ];
  const stdin = film.stream ? 'pipe' : 'ignore';
  const ffmpeg = await startFfmpeg(args, [stdin, 'pipe', 'pipe', film.descriptor ?? 'ignore'], bounds?.memoryBytes);
  const ended = once(ffmpeg, 'close');
  // Its failure is ffmpeg's too, which then has less to read or nobody who reads.
  if (film.stream) pipeline(film.stream, ffmpeg.stdin as Writable).catch(() => undefined);
  const kill = () => ffmpeg.kill('SIGKILL');
  const stopListening = onAbort(signal, kill);
  try {
    throwIfAborted(signal); // while it was started
    const log = new DecoderLog(ffmpeg.stderr as Readable);
    onLog?.(log);
    const pixels = new Taker(ffmpeg.stdout as Readable);
    let count = 0;
    for (let facts = await within(log.next(), stallMs); facts; facts = await within(log.next(), stallMs)) {
      const bytes = bytesOf(layout, facts.width, facts.height);
      if (bytes > maxFrameBytes || facts.width * facts.height > (bounds?.maxPixels ?? Infinity))
        throw tooManyPixels(`${facts.width}x${facts.height}`);
      const data = await within(pixels.take(bytes), stallMs);
      if (!data) break;
      yield { ...facts, data, timeBase: log.timeBase };
      count++;
    }
    await ended;
    throwIfAborted(signal);
    if (ffmpeg.exitCode !== 0 || count === 0) throw unreadable(log.errors, ffmpeg.signalCode);
    if (log.errors.length > 0) onDamage?.(log.errors);
  } finally {
    stopListening();
    kill();
    film.stream?.destroy();
    ffmpeg.stdout?.destroy(); // with bytes in it that nobody reads, the child would never close
    await ended;
  }
}

function boundedBy({ maxPixels }: DecoderBounds): string[] {
  return ['-threads', '1', '-filter_threads', '1', '-max_pixels', String(maxPixels)];
}

const tooManyPixels = (size: string) =>
  new FaceDetectorError('TOO_MANY_PIXELS', `the film has more pixels than are allowed: ${size}`);

/** Why nothing more came; `signal`: what ended ffmpeg, if not by itself. */
function unreadable(errors: readonly string[], signal: NodeJS.Signals | null): FaceDetectorError {
  const size = /Picture size (\d+x\d+) exceeds/.exec(errors.join())?.[1];
  if (size) return tooManyPixels(size);
  const died = signal && `ffmpeg was ended by ${signal}`;
  const reasons = [...errors.map(worded), ...(died ? [died] : [])];
  return new FaceDetectorError(
    'FILM_UNREADABLE',
    `the film cannot be read: ${reasons.join('; ') || 'it has no pictures'}`,
  );
}

/** A message of ffmpeg without what only we have given it. */
function worded(error: string): string {
  if (error.startsWith('Format not on whitelist'))
    return 'it is a playlist, a picture, or of another format that is not read';
  return error.replace(/^file:\/dev\/fd\/3: /, '').replace(/ ?(?:input )?file file:\/dev\/fd\/3\b/, ' the film');
}
