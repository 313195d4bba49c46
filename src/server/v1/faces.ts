import type { Request, Response } from 'express';
import type { Detection } from '../../detector.js';
import { outcomeOf, sendJson } from '../answer.js';
import { parseOptions, queryEntries } from '../options.js';
import { goneSignal, search, serverTiming } from '../search.js';
import type { Service } from '../service.js';
import { readUpload } from '../upload.js';

/** What an answer says of one image; the timings are in its header. */
export function publicDetection({ model, image, faces }: Detection) {
  return { model, image, faces };
}

/** POST /v1/faces: the faces on one image. Options are checked before the body is read. */
export function facesHandler(service: Service) {
  const { config, rules, admission } = service;
  const limits = { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs };
  return async (request: Request, response: Response): Promise<void> => {
    const query = queryEntries(request.originalUrl);
    parseOptions(query, rules);
    await admission.seated(async (seat) => {
      const gone = goneSignal(response);
      const { image, fields } = await readUpload(request, response, limits);
      const options = parseOptions([...query, ...fields], rules);
      const detection = await search(service, image, options, gone, seat);
      outcomeOf(response).faces = detection.faces.length;
      response.set('Server-Timing', serverTiming(detection.timings));
      sendJson(response, 200, JSON.stringify(publicDetection(detection)));
    });
  };
}
