import type { IncomingMessage } from 'node:http';
import { bodyTooLarge } from './body.js';
import { clientDisconnected, RequestError } from './request-error.js';
import { unlessAborted } from './signals.js';

/** Time left for the client to send what is waited for; time in which nobody asks for a chunk does not count. */
export interface TimeLeft {
  leftMs: number;
  /** What is waited for, as the error says it. */
  readonly of: string;
}

/** Yields chunks of the body. Rejects with BODY_TIMEOUT, BODY_TOO_LARGE, ABORTED, or the signal's reason. */
export async function* chunksOf(
  request: IncomingMessage,
  maxBytes: number,
  time: TimeLeft,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let received = 0;
  try {
    while (true) {
      const asked = performance.now();
      const { done, value } = await withinTime(chunks.next(), time, signal);
      time.leftMs -= performance.now() - asked;
      if (done) return;
      received += value.byteLength;
      if (received > maxBytes) throw bodyTooLarge(maxBytes);
      yield value;
    }
  } finally {
    void chunks.return?.(); // not awaited: it waits for a read that may never end
  }
}

/**
 * Settles like a read of the body. Rejects with BODY_TIMEOUT when no time is left, ABORTED if the read fails, or the
 * signal's reason.
 */
function withinTime<T>(read: Promise<T>, { leftMs, of }: TimeLeft, signal: AbortSignal): Promise<T> {
  const timely = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RequestError('BODY_TIMEOUT', `${of} did not arrive in time`));
    }, leftMs);
    const failed = () => reject(clientDisconnected());
    read.then(resolve, failed).finally(() => clearTimeout(timer));
  });
  return unlessAborted(timely, signal);
}
