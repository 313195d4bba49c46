import { throwIfAborted } from '../abort.js';
import { FaceDetectorError } from '../face-detector-error.js';
import { type Colour, colourOf, isRgbFormat, pixelShapeOf } from './decoder-log.js';
import { filmFile } from './encoded-film.js';
import { output } from './ffmpeg.js';

/** What a file says of its film before any of it is decoded. */
export interface FilmFacts {
  /** Seconds, undefined if the file does not say. */
  duration: number | undefined;
  colour: Colour;
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

/** Rejects with FaceDetectorError FFMPEG_MISSING and FILM_UNREADABLE, and with the signal's reason. */
export async function filmFacts(file: string, signal?: AbortSignal): Promise<FilmFacts> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', ...filmFile(file).args];
  const { stdout } = await output('ffprobe', args, signal).catch((error: unknown) => {
    throwIfAborted(signal);
    if (error instanceof FaceDetectorError) throw error;
    throw new FaceDetectorError('FILM_UNREADABLE', `the film cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
  const { streams, format } = JSON.parse(stdout) as { streams: ProbedStream[]; format: { duration?: string } };
  const film = streams.find((stream) => stream.codec_type === 'video' && !stream.disposition?.attached_pic);
  if (!film) throw new FaceDetectorError('FILM_UNREADABLE', 'the file has no film');
  return {
    duration: Number(format.duration) || undefined,
    isRgb: isRgbFormat(film.pix_fmt),
    colour: colourOf(film.color_space, film.color_primaries, film.color_transfer),
    pixelShape: pixelShapeOf(film.sample_aspect_ratio),
    sound: streams.filter((stream) => stream.codec_type === 'audio').map((stream) => stream.codec_name ?? ''),
  };
}
