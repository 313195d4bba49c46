import type { IncomingMessage, ServerResponse } from 'node:http';
import { FaceDetectorError } from '../../library/face-detector-error.js';
import { clientGone, RequestError } from './request-error.js';

export interface BodyLimits {
  maxBytes: number;
  /** For the whole body. */
  timeoutMs: number;
  /** Is told of bytes that have come; what it throws refuses the body. */
  count?: (bytes: number) => void;
}

/** Time that a client gets to read its answer while it is still sending a body that nobody wants. */
export const lingerMs = 1000;

// Requests whose client waits for "100 Continue" before it sends its body.
const expecting = new WeakSet<IncomingMessage>();

/** Notes that the client waits for leave to send its body: a refused one never gets it. */
export function expectContinue(request: IncomingMessage): void {
  expecting.add(request);
}

/**
 * To be called before a body is read: gives the client leave to send it where it waits for that. Bytes are taken as they are, so
 * throws FaceDetectorError UNSUPPORTED_FORMAT for a Content-Encoding, and RequestError MALFORMED_BODY for a transfer coding beside
 * chunked, after which the connection closes (RFC 9112, section 6.1).
 */
export function invite(request: IncomingMessage, response: ServerResponse): void {
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

/** RequestError BODY_TOO_LARGE of a body that may have `maxBytes`. */
export function bodyTooLarge(maxBytes: number): RequestError {
  return new RequestError('BODY_TOO_LARGE', `the request body may have ${maxBytes} bytes at most`);
}

/**
 * Hands the bytes of the body to `take` as they come; resolves at its end. Rejects with RequestError BODY_TOO_LARGE (at once where
 * the header says so), BODY_TIMEOUT or ABORTED, or with what `invite` or `take` throws. The rest of the body is left for `discardBody`.
 */
export function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, timeoutMs, count }: BodyLimits,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maxBytes) return reject(bodyTooLarge(maxBytes));
    invite(request, response);
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
    request.resume();
  });
}

/**
 * Reads on and drops what is left of a body whose request is refused, so that the client has sent all before the answer comes:
 * a proxy that is still sending would take an early answer for a broken connection. Resolves at the end of the body, after `maxBytes`
 * or `timeoutMs`, or `lingerMs` after `hurry` aborts; a client that waits for "100 Continue" is not waited for.
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

async function discardAndClose(request: IncomingMessage, maxBytes: number): Promise<void> {
  await discardBody(request, { maxBytes, timeoutMs: lingerMs });
  if (request.complete) return;
  request.pause();
  request.socket.destroySoon();
}

/**
 * Closes the connection where the answer is given and the body is still on its way, since nobody reads it: after `maxBytes` of it or
 * `lingerMs`, in which it may end. To be called before the request is handled.
 */
export function closeOnUnreadBody(request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  // When the answer is complete here, not when the client has taken it: that may be never.
  response.once('prefinish', () => void discardAndClose(request, maxBytes));
}
