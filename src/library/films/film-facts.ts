import { FaceDetectorError } from '../face-detector-error.js';
import { filmFile } from './encoded-film.js';
import { output } from './ffmpeg.js';

/** What a file says of its film before any of it is decoded. */
export interface FilmFacts {
  /** Seconds, undefined if the file does not say. */
  duration: number | undefined;
  /** Names as ffmpeg has them; undefined if the film does not say. */
  colour: { space: string | undefined; transfer: string | undefined; primaries: string | undefined };
  /** Its pixels are not brightness and colour apart, as those of most films are. */
  isRgb: boolean;
  /** Width to height of a pixel, such as "4:3"; undefined if square or unknown. */
  pixelShape: string | undefined;
  /** Codec of each sound track. */
  sound: string[];
}

interface ProbedStream {
  codec_type: string;
  codec_name?: string;
  pix_fmt?: string;
  color_space?: string;
  color_transfer?: string;
  color_primaries?: string;
  sample_aspect_ratio?: string;
  disposition?: { attached_pic?: number };
}

const known = (name: string | undefined) => (name === 'unknown' || name === 'reserved' ? undefined : name);

/** Rejects with FaceDetectorError FFMPEG_MISSING and FILM_UNREADABLE. */
export async function filmFacts(file: string, signal?: AbortSignal): Promise<FilmFacts> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', ...filmFile(file).args];
  const { stdout } = await output('ffprobe', args, signal).catch((error: unknown) => {
    if (error instanceof FaceDetectorError || signal?.aborted) throw error;
    throw new FaceDetectorError('FILM_UNREADABLE', `the film cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
  const { streams, format } = JSON.parse(stdout) as { streams: ProbedStream[]; format: { duration?: string } };
  const film = streams.find((stream) => stream.codec_type === 'video' && !stream.disposition?.attached_pic);
  if (!film) throw new FaceDetectorError('FILM_UNREADABLE', 'the file has no film');
  const { sample_aspect_ratio: shape } = film;
  return {
    duration: Number(format.duration) || undefined,
    isRgb: /^(a?rgb|a?bgr|0rgb|0bgr|gbr|pal8)/.test(film.pix_fmt ?? ''),
    colour: {
      space: known(film.color_space),
      transfer: known(film.color_transfer),
      primaries: known(film.color_primaries),
    },
    pixelShape: shape && /^[1-9]\d*:[1-9]\d*$/.test(shape) && shape !== '1:1' ? shape : undefined,
    sound: streams.filter((stream) => stream.codec_type === 'audio').map((stream) => stream.codec_name ?? ''),
  };
}
