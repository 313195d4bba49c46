import type { NextFunction, Request, Response } from 'express';
import type { PictureFormat } from '../../library/render-options.js';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import { discardBody, lingerMs } from './body.js';
import { type PublicError, publicError } from './request-error.js';

/** What a request leaves for its log line and its metrics. */
export interface Outcome {
  requestId: string;
  /** Path of the route, as the metrics name it. */
  route?: string;
  code?: string;
  error?: unknown;
  faces?: number;
  /** Whether all of the answer has been handed to the system: its client may close then, although it is not ended. */
  isWritten?: boolean;
}

export const outcomeOf = (response: Response) => response.locals as Outcome;

/** Notes that all of the answer has been written, unless that is only because its connection has broken. */
export function noteWritten(response: Response): void {
  if (!response.req.socket.destroyed) outcomeOf(response).isWritten = true;
}

/** Sends a whole body of the given type, without a charset, as the replaced service did. */
function send(response: Response, status: number, type: string, body: string | Buffer): void {
  response.status(status); // its headers not by Express, which adds a charset
  response.setHeader('Content-Type', type).setHeader('Content-Length', Buffer.byteLength(body));
  response.write(body, (error) => {
    if (!error) noteWritten(response);
  });
}

/** Answers with JSON, closed by a newline. */
export function sendJson(response: Response, status: number, json: string): void {
  send(response, status, 'application/json', `${json}\n`);
  response.end();
}

/** Answers with an encoded image. */
export function sendImage(response: Response, format: PictureFormat, data: Buffer): void {
  send(response, 200, `image/${format}`, data);
  response.end();
}

/** RFC 9457 problem details. */
export function problem({ code, status, title, detail }: PublicError, requestId: string) {
  return { type: 'about:blank', title, status, detail, code, requestId };
}

/** The replaced service's errors, spaced as Flask spaced them; a refused form or JSON gets its one message. */
function faceMessage({ status, detail }: PublicError): string {
  return status === 400 ? '{"message": {"image": "provide an image file"}}' : `{"message": ${JSON.stringify(detail)}}`;
}

/**
 * Ends the answer. A client that is still sending gets it whole before the connection closes: what it sends is read on for a
 * moment, since closing on unread bytes would reset the connection and take the answer with it.
 */
export async function endWhileSending(request: Request, response: Response, config: Config): Promise<void> {
  if (request.complete) {
    response.end();
    return;
  }
  await discardBody(request, { maxBytes: config.maxBodyBytes, timeoutMs: lingerMs });
  response.end(() => {
    if (!request.complete) request.socket.destroySoon();
  });
}

/**
 * Express's error handler (it knows it by its four parameters): any error becomes a status, a code and a text, as RFC 9457
 * problem or, on the replaced service's route, in its form. A body on its way is read and dropped first, within the limits, and
 * not for long where the service is `draining`.
 */
export function answerError(config: Config, log: Logger, draining: AbortSignal) {
  return async (error: unknown, request: Request, response: Response, _next: NextFunction): Promise<void> => {
    const outcome = outcomeOf(response);
    const known = publicError(error);
    outcome.code = known.code;
    outcome.error = error;
    if (known.status === 500) log.error({ err: error, requestId: outcome.requestId }, 'a request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (known.code !== 'BODY_TIMEOUT') {
      await discardBody(request, { maxBytes: config.maxBodyBytes, timeoutMs: config.bodyTimeoutMs }, draining);
    }
    if (response.destroyed) return;
    if (known.status === 503) response.set('Retry-After', '1');
    if (!request.complete) response.set('Connection', 'close');
    const isFace = outcome.route === config.endpoint;
    const json = isFace ? faceMessage(known) : JSON.stringify(problem(known, outcome.requestId));
    send(response, known.status, isFace ? 'application/json' : 'application/problem+json', `${json}\n`);
    await endWhileSending(request, response, config);
  };
}
