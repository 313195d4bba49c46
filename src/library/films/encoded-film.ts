import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { FaceDetectorError } from '../face-detector-error.js';
import type { FilmSource } from './film-source.js';

/** What ffmpeg is to read. */
export interface EncodedFilm {
  /** Its arguments, from before -i on. */
  args: readonly string[];
  /** Where the bytes come from, if not from a path or URL. */
  stream?: Readable;
  /** The path, of a file. */
  file?: string;
  /** An open file that it gets as descriptor 3. */
  descriptor?: number;
  /** Comes at its own pace: whoever is too slow misses pictures. */
  isLive: boolean;
}

// Containers, but no playlist, which would make ffmpeg read other files and hosts than the caller named.
const containers = 'asf,avi,flv,gif,h264,hevc,ivf,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,nut,ogg,rm,yuv4mpegpipe';

const only = (protocols: string) => ['-protocol_whitelist', protocols, '-format_whitelist', containers];

export const filmFile = (file: string): EncodedFilm => ({
  args: [...only('file'), '-i', `file:${file}`],
  file,
  isLive: false,
});

/** A file that needs no name: it may have been deleted. Nobody may read from `descriptor` meanwhile. */
export const filmDescriptor = (descriptor: number): EncodedFilm => ({
  ...filmFile('/dev/fd/3'),
  descriptor,
});

export const filmStream = (stream: Readable): EncodedFilm => ({
  args: [...only('pipe'), '-i', 'pipe:0'],
  stream,
  isLive: false,
});

const liveProtocols = new Set(['rtsp:', 'rtsps:', 'rtmp:', 'rtmps:', 'udp:', 'rtp:', 'srt:']);

function filmUrl(url: URL): EncodedFilm {
  const { protocol, href } = url;
  if (protocol === 'file:') return filmFile(fileURLToPath(url));
  if (protocol === 'http:' || protocol === 'https:')
    return { args: [...only('http,https,tcp,tls'), '-i', href], isLive: false };
  if (!liveProtocols.has(protocol))
    throw new FaceDetectorError('INVALID_OPTION', `the film is a URL of ${protocol}, which is not read`);
  const transport = protocol.startsWith('rtsp') ? ['-rtsp_transport', 'tcp'] : []; // by UDP, lost packets damage pictures
  return { args: [...transport, '-i', href], isLive: true };
}

/** What ffmpeg reads of `source`; undefined if what is iterated tells. Throws FaceDetectorError INVALID_OPTION. */
export function encodedFilm(source: FilmSource): EncodedFilm | undefined {
  if (source instanceof URL) return filmUrl(source);
  if (typeof source === 'string') {
    if (/^[a-z]{3,}:\/\//i.test(source) && URL.canParse(source)) return filmUrl(new URL(source));
    if (/^\/dev\/video\d+$/.test(source)) return { args: ['-f', 'v4l2', '-i', source], isLive: true };
    return filmFile(source);
  }
  if (source instanceof Readable && !source.readableObjectMode) return filmStream(source);
  if (typeof (source as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator] === 'function') return undefined;
  throw new FaceDetectorError(
    'INVALID_OPTION',
    'the film must be a path, a URL, a stream or an async iterable of { data, width, height, channels, order }',
  );
}
