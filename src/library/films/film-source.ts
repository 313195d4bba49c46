// Only types that need no @types/node: they are published.
import type { RawPixels } from '../input.js';

/** A picture of a film that the caller decodes. */
export type FrameInput = RawPixels & {
  /** Seconds since the beginning, rising. Default: 25 pictures a second. */
  time?: number | undefined;
};

/**
 * A film: the path or file URL of one in any usual container; an rtsp:, rtmp:, udp:, srt:, http: or https: URL; a camera
 * (`/dev/video0`); the bytes of a film, as streams have them; or pictures one after the other.
 */
export type FilmSource = string | URL | AsyncIterable<Uint8Array> | AsyncIterable<FrameInput>;
