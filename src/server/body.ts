import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientGone, RequestError } from './errors.js';

export interface BodyLimits {
  maxBytes: number;
  /** For the whole body. */
  timeoutMs: number;
}

// Requests whose client waits for "100 Continue" before it sends its body.
const expecting = new WeakSet<IncomingMessage>();

/** Notes that the client waits for leave to send its body: a refused one never gets it. */
export function expectContinue(request: IncomingMessage): void {
  expecting.add(request);
}

/** Gives the client leave to send its body where it waits for that. */
export function invite(request: IncomingMessage, response: ServerResponse): void {
  if (expecting.delete(request)) response.writeContinue();
}

/** RequestError BODY_TOO_LARGE of a body that may have `maxBytes`. */
export function bodyTooLarge(maxBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', `the request body may have ${maxBytes} bytes at most`);
}

/**
 * Hands the bytes of the body to `take` as they come; resolves at its end. Rejects with RequestError BODY_TOO_LARGE (at once where
 * the header says so), BODY_TIMEOUT or ABORTED, or with what `take` throws. The rest of the body is left for `discardBody`.
 */
export function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, timeoutMs }: BodyLimits,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return reject(bodyTooLarge(maxBytes));
    let received = 0;
    const onData = (chunk: Buffer) => {
      received += chunk.byteLength;
      if (received > maxBytes) return settle(() => reject(bodyTooLarge(maxBytes)));
      try {
        take(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = () => settle(resolve);
    const onClose = () => settle(() => reject(clientGone()));
    const timer = setTimeout(() => {
      settle(() => reject(new RequestError('BODY_TIMEOUT', `the body was not complete after ${timeoutMs} ms`)));
    }, timeoutMs);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      how();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    invite(request, response);
    request.resume();
  });
}

/**
 * Reads on and drops what is left of a body whose request is refused, so that the client has sent all before the answer comes:
 * a proxy that is still sending would take an early answer for a broken connection. Resolves at the end of the body, or after
 * `maxBytes` or `timeoutMs`; a client that waits for "100 Continue" is not waited for.
 */
export function discardBody(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits): Promise<void> {
  if (request.complete || request.destroyed || expecting.has(request)) return Promise.resolve();
  return new Promise((resolve) => {
    let received = 0;
    const onData = (chunk: Buffer) => {
      received += chunk.byteLength;
      if (received > maxBytes) done();
    };
    const done = () => {
      clearTimeout(timer);
      request.off('data', onData).off('end', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    request.on('data', onData).on('end', done).on('close', done);
    request.resume();
  });
}
