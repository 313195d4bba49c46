import { Readable } from 'node:stream';
import { types } from 'node:util';
import { throwIfAborted } from '../abort.js';
import { imageReader } from '../input.js';
import type { NativePixels } from '../native.js';
import { decodeFilm } from './decode-film.js';
import { type EncodedFilm, encodedFilm, filmStream } from './encoded-film.js';
import type { FilmSource, FrameInput } from './film-source.js';

export interface Frame {
  /** Seconds since the beginning. */
  time: number;
  pixels: NativePixels;
  /** How many pictures of a live source have been left out before this one. */
  dropped: number;
}

export interface FrameOptions {
  signal?: AbortSignal | undefined;
  isLive?: boolean | undefined;
  stallMs: number;
  onDamage?: ((messages: readonly string[]) => void) | undefined;
}

// What films without times most often have.
const usualRate = 25;

async function* ownFrames(source: AsyncIterable<FrameInput>, signal?: AbortSignal): AsyncGenerator<Frame> {
  let count = 0;
  for await (const input of source) {
    throwIfAborted(signal);
    const { time = count / usualRate } = input;
    count++;
    yield { time, pixels: (await imageReader(input)()) as NativePixels, dropped: 0 };
  }
}

/** The newest picture each time one is asked for: those that came meanwhile are counted and forgotten. */
export async function* newest<T>(frames: AsyncGenerator<T>): AsyncGenerator<T & { dropped: number }> {
  let waiting: T | undefined;
  let dropped = 0;
  let end: { error?: unknown } | undefined;
  let wake: () => void = () => undefined;
  const reading = (async () => {
    for await (const frame of frames) {
      if (waiting) dropped++;
      waiting = frame;
      wake();
    }
  })();
  reading
    .then(
      () => (end = {}),
      (error: unknown) => (end = { error }),
    )
    .finally(() => wake());
  try {
    while (true) {
      if (waiting) {
        const frame = { ...waiting, dropped };
        waiting = undefined;
        yield frame;
      } else if (end) {
        if ('error' in end) throw end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    await frames.return(undefined);
  }
}

async function* decodedFrames(film: EncodedFilm, options: FrameOptions): AsyncGenerator<Frame> {
  for await (const { time, data, width, height } of decodeFilm(film, { layout: 'bgr24', ...options }))
    yield { time, pixels: { data, width, height, channels: 3, isRgb: false }, dropped: 0 };
}

/** What is iterated is bytes of a film or the caller's own pictures, as the first item tells. */
async function* iterated(
  source: AsyncIterable<Uint8Array> | AsyncIterable<FrameInput>,
  options: FrameOptions,
): AsyncGenerator<Frame> {
  const items = source[Symbol.asyncIterator]();
  let next = items.next() as Promise<IteratorResult<Uint8Array | FrameInput>> | undefined;
  const all = {
    [Symbol.asyncIterator]: () => ({
      next() {
        const item = next ?? items.next();
        next = undefined;
        return item;
      },
      return: async () => (await items.return?.()) ?? { done: true, value: undefined },
    }),
  };
  const { value } = (await next) as IteratorResult<unknown, unknown>;
  if (types.isUint8Array(value)) yield* decodedFrames(filmStream(Readable.from(all)), options);
  else yield* ownFrames(all as AsyncIterable<FrameInput>, options.signal);
}

/** The pictures of `source`, upright, as a search takes them. Rejects like decodeFilm, and with INVALID_OPTION. */
export function framesOf(source: FilmSource, options: FrameOptions): AsyncGenerator<Frame> {
  const film = encodedFilm(source);
  const frames = film
    ? decodedFrames(film, options)
    : iterated(source as AsyncIterable<Uint8Array> | AsyncIterable<FrameInput>, options);
  return (options.isLive ?? film?.isLive) ? newest(frames) : frames;
}
