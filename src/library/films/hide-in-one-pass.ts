import type { FaceDetector } from '../detector.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { loadAddon } from '../load-addon.js';
import { type DecodedFrame, decodeFilm } from './decode-film.js';
import type { Colour, DecoderLog } from './decoder-log.js';
import type { FilmEncoder } from './encode-film.js';
import type { EncodedFilm } from './encoded-film.js';
import { FaceTracker } from './face-tracker.js';
import type { FrameInput } from './film-source.js';
import { newest } from './frames.js';
import {
  checkHdr,
  checkRegions,
  checkSameSize,
  type Hidden,
  type HideOptions,
  noLimits,
  nothingHidden,
  tracksOf,
  writeHidden,
} from './hide-faces.js';
import { LookAhead, type ReadyFrame } from './look-ahead.js';

// Of frames that wait for what comes after them: a second of 4K.
const maxWaitingBytes = 400_000_000;

/** How the decoder turns RGB into brightness and colour. */
const colourOfRgb: Colour = { space: 'smpte170m', transfer: 'bt709', primaries: 'bt709' };

/** Hides the faces of a stream, whose boxes are smoothed over what came before and `lookAhead` seconds after. */
export async function hideInOnePass(
  detector: FaceDetector,
  film: EncodedFilm,
  encoderFor: (facts: { colour: Colour; pixelShape: string | undefined }) => FilmEncoder,
  options: HideOptions,
): Promise<Hidden> {
  const { tracking, how, lookAhead, stallMs, until, signal, onProgress } = options;
  const addon = loadAddon();
  const hidden = nothingHidden();
  const waiting = new LookAhead(lookAhead, maxWaitingBytes);
  const searched: DecodedFrame[] = [];
  let log: DecoderLog | undefined;
  let hasBegun = false;
  let encoder: FilmEncoder | undefined;

  async function* pictures(): AsyncGenerator<FrameInput> {
    const decoded = decodeFilm(film, {
      layout: 'yuv420p',
      onLog: (its) => {
        log = its;
      },
      signal: AbortSignal.any([signal, until].filter((one) => one !== undefined)),
      stallMs,
      onDamage: (messages) => hidden.damage.push(...messages),
    });
    try {
      for await (const frame of film.isLive ? newest(decoded) : decoded) {
        const { data, width, height, time } = frame;
        searched.push(frame);
        hasBegun = true;
        const bgr = Buffer.allocUnsafe(3 * width * height);
        await addon.frameToBgr({ data, width, height, isBt709: log?.colour.space === 'bt709', bgr });
        yield { data: bgr, width, height, channels: 3, order: 'bgr', time };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (until?.aborted) return;
      if (!film.isLive || !hasBegun || !(error instanceof FaceDetectorError)) throw error;
      hidden.damage.push(error.message); // a camera that fails takes nothing along
    }
  }

  async function write(ready: readonly ReadyFrame[]): Promise<void> {
    for (const { frame, boxes } of ready) {
      if (!encoder) {
        const { isRgb, pixelShape } = frame;
        const colour = isRgb ? colourOfRgb : (log as DecoderLog).colour;
        checkHdr(colour);
        encoder = encoderFor({ colour, pixelShape });
      }
      await writeHidden(encoder, frame, boxes, how);
      hidden.frames++;
      onProgress?.({ step: 'write', frames: hidden.frames, of: undefined });
    }
  }

  const tracker = new FaceTracker(detector, { ...tracking, ...noLimits });
  for await (const tracked of tracker.track(pictures(), { signal, isLive: false })) {
    const { time, width, height } = tracked;
    if (hidden.size.width === 0) checkRegions(how.regions, { width, height });
    checkSameSize(tracked, hidden);
    Object.assign(hidden, { time, size: { width, height } });
    const tracks = tracksOf(tracked);
    hidden.moments.add(tracks);
    await write(waiting.add(searched.shift() as DecodedFrame, tracks));
  }
  await write(waiting.end());
  return hidden;
}
