import type { NextFunction, Request, Response } from 'express';
import type { PictureFormat } from '../../library/render-options.js';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import { discardBody, linger } from './body.js';
import { type PublicError, publicError } from './request-error.js';
import type { RequestSpan } from './tracing.js';

/** What the log line, the metrics and the trace need to know about a request. */
export interface Outcome {
  requestId: string;
  span: RequestSpan;
  /** Path of the route, as in the metrics. */
  route?: string;
  code?: string;
  error?: unknown;
  faces?: number;
  /** What has come through a WebSocket. */
  stream?: { frames: number; dropped: number };
  /**
   * Whether the whole answer has been handed to the system; the client may then close even before the response has
   * ended.
   */
  isWritten?: boolean;
}

export const outcomeOf = (response: Response) => response.locals as Outcome;

/** Notes that the whole answer has been written, unless the write only ended because the connection broke. */
export function noteWritten(response: Response): void {
  if (!response.req.socket.destroyed) outcomeOf(response).isWritten = true;
}

/** Sends a complete body of the given type, without a charset, as the replaced service did. */
function send(response: Response, status: number, type: string, body: string | Buffer): void {
  response.status(status); // headers are set on Node's response: Express would add a charset
  response.setHeader('Content-Type', type).setHeader('Content-Length', Buffer.byteLength(body));
  response.write(body, (error) => {
    if (!error) noteWritten(response);
  });
}

/** Answers with JSON and a newline. */
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

/** The replaced service's errors, with Flask's spacing; every malformed form or JSON gets its one message. */
function faceMessage({ status, detail }: PublicError): string {
  return status === 400 ? '{"message": {"image": "provide an image file"}}' : `{"message": ${JSON.stringify(detail)}}`;
}

/**
 * Ends the answer. If the client is still sending, its body is read on for a moment before the connection closes:
 * closing with unread bytes would reset the connection and lose the answer.
 */
export async function endWhileSending(request: Request, response: Response): Promise<void> {
  if (request.complete) {
    response.end();
    return;
  }
  await linger(request);
  response.end(() => {
    if (!request.complete) request.socket.destroySoon();
  });
}

/**
 * Express's error handler (recognised by its four parameters): turns any error into a status, a code and a text, as RFC
 * 9457 problem details or in the replaced service's form on its route. First reads and discards the rest of the body,
 * within the limits, and only briefly while the service is `draining`.
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
    await endWhileSending(request, response);
  };
}
