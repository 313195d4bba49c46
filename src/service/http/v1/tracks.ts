import type { Request, Response } from 'express';
import { FaceTracker } from '../../../library/films/face-tracker.js';
import { endWhileSending, outcomeOf } from '../answer.js';
import { clientKey } from '../client-key.js';
import { filmFrames } from '../films/film-frames.js';
import { filmOptions, filmRules } from '../films/film-rules.js';
import { frameSearcher } from '../films/frame-searcher.js';
import { type ReceivedFilm, receiveFilm } from '../films/receive-film.js';
import { lastProblem, writeLine } from '../ndjson.js';
import { RequestError } from '../request-error.js';
import type { Service } from '../service.js';
import { withinDeadline } from '../signals.js';

/**
 * POST /v1/tracks: a film, answered with a line for each frame as it is searched. The film is kept in a file without a name until the
 * answer ends, since many can only be read from their end. What goes wrong after the first line is said by the last.
 */
export function tracksHandler(service: Service) {
  const { config, admission, log } = service;
  const rules = filmRules(service.rules);

  async function answer(film: ReceivedFilm, signal: AbortSignal, request: Request, response: Response) {
    const options = filmOptions(request.originalUrl, rules);
    const write = (line: object) => writeLine(response, line, config.bodyTimeoutMs);
    let damage: readonly string[] = [];
    const frames = filmFrames(film.descriptor, config, signal, (messages) => {
      damage = messages;
    });
    const requestKey = `/v1/tracks ${JSON.stringify(options)}`;
    const { sha256 } = film;
    const searcher = frameSearcher(service, { sha256, client: clientKey(request.ip), requestKey, signal });
    try {
      for await (const frame of new FaceTracker(searcher, options).track(frames, { signal })) await write(frame);
      if (damage.length > 0) await write({ damage });
    } catch (error) {
      await write({ error: lastProblem(error, response, log) });
    }
  }

  return async (request: Request, response: Response): Promise<void> => {
    if (config.maxVideoBytes === 0)
      throw new RequestError('NOT_FOUND', 'this service takes no films: MAX_VIDEO_BYTES is not set');
    filmOptions(request.originalUrl, rules); // before the body is read
    const { span } = outcomeOf(response);
    await admission.film(async () => {
      await withinDeadline(response, 'the film', config.videoTimeoutMs, async (signal) => {
        const film = await span.run('receive', () => receiveFilm(request, response, config, signal));
        try {
          await span.run('track', () => answer(film, signal, request, response));
        } finally {
          await film.close();
        }
      });
      await endWhileSending(request, response);
    });
  };
}
