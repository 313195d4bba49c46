import { output } from '../../library/films/ffmpeg.js';
import { type Config, ConfigError } from '../config.js';
import type { Logger } from '../log.js';
import { temporaryFile } from '../temporary-file.js';

/**
 * If films are taken: rejects with ConfigError where there is no folder to keep them in, and warns where ffmpeg is missing, which may be
 * installed later.
 */
export async function checkFilms({ maxVideoBytes }: Config, log: Logger): Promise<void> {
  if (maxVideoBytes === 0) return;
  try {
    await (await temporaryFile()).close();
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError(`MAX_VIDEO_BYTES needs a folder for temporary files; set TMPDIR to one: ${message}`);
  }
  await output('ffmpeg', ['-version']).catch((error: unknown) => {
    log.warn(`/v1/tracks takes no films: ${(error as Error).message}`);
  });
}
