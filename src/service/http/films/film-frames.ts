import { type DecodedFrame, decodeFilm } from '../../../library/films/decode-film.js';
import { filmDescriptor } from '../../../library/films/encoded-film.js';
import type { FrameInput } from '../../../library/films/film-source.js';
import type { Config } from '../../config.js';
import { filmDecoderBytes } from '../../worker-memory.js';
import { RequestError } from '../request-error.js';

type Limits = Pick<Config, 'maxVideoSeconds' | 'maxVideoFrames'>;

/** The frames as a tracker takes them. Headers lie, so that each counts as it comes. Throws RequestError FILM_TOO_LONG. */
export async function* limited(
  frames: AsyncIterable<Pick<DecodedFrame, 'time' | 'data' | 'width' | 'height'>>,
  { maxVideoSeconds, maxVideoFrames }: Limits,
): AsyncGenerator<FrameInput, void> {
  let count = 0;
  for await (const { time, data, width, height } of frames) {
    if (time > maxVideoSeconds)
      throw new RequestError('FILM_TOO_LONG', `a film may have ${maxVideoSeconds} seconds at most`);
    if (++count > maxVideoFrames)
      throw new RequestError('FILM_TOO_LONG', `a film may have ${maxVideoFrames} frames at most`);
    yield { data, width, height, channels: 3, order: 'bgr', time };
  }
}

/**
 * The frames of the film in an open file. Rejects like decodeFilm and `limited`; FILM_STALLED if no frame comes for
 * REQUEST_TIMEOUT_MS.
 */
export function filmFrames(
  descriptor: number,
  config: Limits & Pick<Config, 'maxPixels' | 'maxVideoPixels' | 'requestTimeoutMs'>,
  signal: AbortSignal,
  onDamage: (messages: readonly string[]) => void,
): AsyncGenerator<FrameInput, void> {
  const maxPixels = Math.min(config.maxPixels, config.maxVideoPixels);
  const bounds = { maxPixels, memoryBytes: filmDecoderBytes(maxPixels) };
  const stallMs = config.requestTimeoutMs;
  return limited(
    decodeFilm(filmDescriptor(descriptor), { layout: 'bgr24', signal, stallMs, bounds, onDamage }),
    config,
  );
}
