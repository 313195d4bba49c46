import type { Request, Response } from 'express';
import type { DetectCallOptions, OptionRules } from '../../../library/detect-options.js';
import type { Detection } from '../../../library/detection.js';
import type { Seat } from '../admission.js';
import { outcomeOf } from '../answer.js';
import { clientKey } from '../client-key.js';
import { parseOptions, queryEntries } from '../request-options.js';
import { search, serverTiming } from '../search.js';
import type { Service } from '../service.js';
import { goneSignal } from '../signals.js';
import { readUpload } from '../upload.js';

/** What a route makes of its one image, and how it answers. */
export interface OneImageRoute<T extends Detection> {
  /** Options that its requests may give. */
  rules: OptionRules;
  find: (image: Buffer, options: DetectCallOptions, request: Request) => Promise<T>;
  /** Sends the answer; headers that every answer has are set. */
  answer: (found: T, response: Response, seat: Seat) => void;
}

/** A handler of a POST with one image. Options in the query are checked before the body is read. */
export function oneImageHandler<T extends Detection>(service: Service, { rules, find, answer }: OneImageRoute<T>) {
  const { config, admission } = service;
  return async (request: Request, response: Response): Promise<void> => {
    const query = queryEntries(request.originalUrl);
    parseOptions(query, rules);
    await admission.seated(clientKey(request.ip), async (seat) => {
      const gone = goneSignal(response);
      const limits = { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs, count: seat.countBody };
      const { image, fields } = await readUpload(request, response, limits);
      const options = parseOptions([...query, ...fields], rules);
      const wish = { image, route: request.baseUrl + request.path, options };
      const found = await search(service, wish, (...call) => find(...call, request), gone, seat);
      outcomeOf(response).faces = found.faces.length;
      response.set('Server-Timing', serverTiming(found.timings));
      answer(found, response, seat);
    });
  };
}
