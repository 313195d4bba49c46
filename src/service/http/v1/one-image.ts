import type { Request, Response } from 'express';
import type { OptionRules } from '../../../library/detect-options.js';
import type { Seat } from '../admission.js';
import { outcomeOf } from '../answer.js';
import { clientKey } from '../client-key.js';
import { parseOptions, queryEntries, type RequestOptions } from '../request-options.js';
import { type SearchMethod, type SearchRequest, search, serverTiming } from '../search.js';
import type { Service } from '../service.js';
import { goneSignal } from '../signals.js';
import { readUpload } from '../upload.js';

/** A route that takes one image. */
export interface OneImageRoute<Method extends SearchMethod> {
  /** Options that its requests may give. */
  rules: OptionRules;
  /** What it does with the image. */
  method: Method;
  /** The options of a request, completed by its headers. */
  complete?: (options: RequestOptions, request: Request) => SearchRequest<Method>['options'];
  /** Sends the answer; headers that every answer has are set. */
  answer: (found: Awaited<ReturnType<Service['detector'][Method]>>, response: Response, seat: Seat) => void;
}

/** A handler of a POST with one image. Options in the query are checked before the body is read. */
export function oneImageHandler<Method extends SearchMethod>(
  service: Service,
  { rules, method, complete = (options) => options, answer }: OneImageRoute<Method>,
) {
  const { config, admission } = service;
  return async (request: Request, response: Response): Promise<void> => {
    const query = queryEntries(request.originalUrl);
    parseOptions(query, rules);
    await admission.seated(clientKey(request.ip), async (seat) => {
      const clientSignal = goneSignal(response);
      const limits = { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs, count: seat.countBody };
      const { image, fields } = await readUpload(request, response, limits);
      const options = complete(parseOptions([...query, ...fields], rules), request);
      const route = request.baseUrl + request.path;
      const found = await search(service, method, { image, route, options, clientSignal, seat });
      outcomeOf(response).faces = found.faces.length;
      response.set('Server-Timing', serverTiming(found.timings));
      answer(found, response, seat);
    });
  };
}
