import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { clientDisconnected, RequestError } from './request-error.js';

export interface BodyLimits {
  maxBytes: number;
  /** For the whole body. */
  timeoutMs: number;
  /** Called with the number of bytes received; if it throws, the body is refused with that error. */
  count?: (bytes: number) => void;
}

/** Milliseconds for a client to read its answer while it is still sending a body that nobody reads. */
export const lingerMs = 1000;

// Requests whose client waits for "100 Continue" before it sends the body.
const expecting = new WeakSet<IncomingMessage>();

/** Notes that the client waits for "100 Continue", which a refused request never gets. */
export function expectContinue(request: IncomingMessage): void {
  expecting.add(request);
}

/**
 * Call before reading a body: sends "100 Continue" if the client waits for it. Bodies are taken as they are, so this
 * throws FaceDetectorError UNSUPPORTED_FORMAT for a Content-Encoding, and RequestError MALFORMED_BODY for a transfer
 * coding other than chunked, after which the connection closes (RFC 9112, section 6.1).
 */
export function acceptBody(request: IncomingMessage, response: ServerResponse): void {
  const { 'content-encoding': encoding = 'identity', 'transfer-encoding': coding = 'chunked' } = request.headers;
  if (coding.toLowerCase() !== 'chunked') {
    response.setHeader('Connection', 'close');
    throw new RequestError('MALFORMED_BODY', `the only transfer coding may be chunked, got ${coding}`);
  }
  if (encoding.toLowerCase() !== 'identity') {
    response.setHeader('Accept-Encoding', 'identity');
    throw new FaceDetectorError(
      'UNSUPPORTED_FORMAT',
      `the body must not be compressed, got Content-Encoding ${encoding}`,
    );
  }
  if (expecting.delete(request)) response.writeContinue();
}

/** RequestError BODY_TOO_LARGE for the limit `maxBytes`. */
export function bodyTooLarge(maxBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', `the request body may have ${maxBytes} bytes at most`);
}

/**
 * Passes the bytes of the body to `take` as they arrive; resolves at its end. Rejects with RequestError BODY_TOO_LARGE
 * (at once if Content-Length says so), BODY_TIMEOUT or ABORTED, or with what `acceptBody` or `take` throws. The rest of
 * the body is left for `discardBody`.
 */
export function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, timeoutMs, count }: BodyLimits,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return reject(bodyTooLarge(maxBytes));
    acceptBody(request, response);
    let received = 0;
    const onData = (chunk: Buffer) => {
      received += chunk.byteLength;
      if (received > maxBytes) return settle(() => reject(bodyTooLarge(maxBytes)));
      try {
        count?.(chunk.byteLength);
        take(chunk);
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = () => settle(resolve);
    const onClose = () => settle(() => reject(clientDisconnected()));
    const timer = setTimeout(() => {
      settle(() => reject(new RequestError('BODY_TIMEOUT', `the body was not complete after ${timeoutMs} ms`)));
    }, timeoutMs);
    const settle = (how: () => void) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      how();
    };
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    request.resume();
  });
}

/**
 * Reads and drops the rest of a refused request's body, so that the client has sent everything before the answer
 * arrives: a proxy that is still sending takes an early answer for a broken connection. Resolves at the end of the
 * body, after `maxBytes` or `timeoutMs`, or `lingerMs` after `hurry` aborts; at once if the client waits for "100
 * Continue".
 */
export function discardBody(
  request: IncomingMessage,
  { maxBytes, timeoutMs }: BodyLimits,
  hurry?: AbortSignal,
): Promise<void> {
  if (request.complete || request.destroyed || expecting.has(request)) return Promise.resolve();
  return new Promise((resolve) => {
    let received = 0;
    const onData = (chunk: Buffer) => {
      received += chunk.byteLength;
      if (received > maxBytes) done();
    };
    const timers = [setTimeout(() => done(), timeoutMs)];
    const onHurry = () => void timers.push(setTimeout(done, lingerMs));
    const done = () => {
      for (const timer of timers) clearTimeout(timer);
      request.off('data', onData).off('end', done).off('close', done);
      hurry?.removeEventListener('abort', onHurry);
      resolve();
    };
    hurry?.addEventListener('abort', onHurry);
    if (hurry?.aborted) onHurry();
    request.on('data', onData).on('end', done).on('close', done);
    request.resume();
  });
}

/**
 * Reads and drops what still comes of a body whose answer has been sent, for `lingerMs`, however much it is: whoever is cut off while
 * sending may not see the answer.
 */
export const linger = (request: IncomingMessage): Promise<void> =>
  discardBody(request, { maxBytes: Number.POSITIVE_INFINITY, timeoutMs: lingerMs });

async function lingerAndClose(request: IncomingMessage): Promise<void> {
  await linger(request);
  if (request.complete) return;
  request.pause();
  request.socket.destroySoon();
}

/**
 * Closes the connection if the answer is complete before the body, which nobody reads then: after `lingerMs`, unless the body ends first.
 * Call before the request is handled.
 */
export function closeOnUnreadBody(request: IncomingMessage, response: ServerResponse): void {
  // When the answer is complete on this side, not when the client has read it, which may never happen.
  response.once('prefinish', () => void lingerAndClose(request));
}
