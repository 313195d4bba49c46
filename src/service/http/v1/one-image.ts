import type { Request, Response } from 'express';
import type { OptionRules } from '../../../library/detect-options.js';
import type { Seat } from '../admission.js';
import { outcomeOf } from '../answer.js';
import { clientKey } from '../client-key.js';
import { parseOptions, queryEntries, type RequestOptions } from '../request-options.js';
import { type SearchMethod, type SearchRequest, search, serverTiming } from '../search.js';
import type { Service } from '../service.js';
import { disconnectSignal } from '../signals.js';
import { readUpload } from '../upload.js';

/** A route that takes one image. */
export interface OneImageRoute<Method extends SearchMethod> {
  /** Options that requests may set. */
  rules: OptionRules;
  /** The detector's method to call. */
  method: Method;
  /** Completes the options from the request's headers. */
  complete?: (options: RequestOptions, request: Request) => SearchRequest<Method>['options'];
  /** Sends the answer; common headers are already set. */
  answer: (found: Awaited<ReturnType<Service['detector'][Method]>>, response: Response, seat: Seat) => void;
}

/** Handles a POST with one image. Options in the query are validated before the body is read. */
export function oneImageHandler<Method extends SearchMethod>(
  service: Service,
  { rules, method, complete = (options) => options, answer }: OneImageRoute<Method>,
) {
  const { config, admission } = service;
  return async (request: Request, response: Response): Promise<void> => {
    const query = queryEntries(request.originalUrl);
    parseOptions(query, rules);
    await admission.withSeat(clientKey(request.ip), async (seat) => {
      const clientSignal = disconnectSignal(response);
      const limits = { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs, count: seat.countBody };
      const { span } = outcomeOf(response);
      const { image, fields } = await span.run('receive', () => readUpload(request, response, limits));
      const options = complete(parseOptions([...query, ...fields], rules), request);
      const route = request.baseUrl + request.path;
      const found = await search(service, method, { image, route, options, clientSignal, seat, span });
      outcomeOf(response).faces = found.faces.length;
      response.set('Server-Timing', serverTiming(found.timings));
      answer(found, response, seat);
    });
  };
}
