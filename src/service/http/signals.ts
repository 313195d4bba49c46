import type { ServerResponse } from 'node:http';
import { clientDisconnected, RequestError } from './request-error.js';

/** Aborts with code ABORTED when the client disconnects before it has the whole answer. */
export function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) {
      controller.abort(clientDisconnected());
    }
  });
  return controller.signal;
}

/** Settles like `work`, or rejects at once with the signal's reason when it aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
    // Node keeps a combined signal alive as long as it has listeners.
    const stopListening = () => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).finally(stopListening);
    if (signal.aborted) onAbort();
  });
}

/**
 * A signal that aborts after `ms` with RequestError DEADLINE, saying that `what` was not done, unless stopped before.
 */
export function deadline(what: string, ms: number): { signal: AbortSignal; stop: () => void } {
  const late = new AbortController();
  const end = () => late.abort(new RequestError('DEADLINE', `${what} was not done after ${ms} ms`));
  const timer = setTimeout(end, ms);
  return { signal: late.signal, stop: () => clearTimeout(timer) };
}

/** Settles like `work`, whose signal aborts with code ABORTED when the client disconnects, and with DEADLINE after `ms`. */
export async function withinDeadline<T>(
  response: ServerResponse,
  what: string,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = deadline(what, ms);
  try {
    return await work(AbortSignal.any([disconnectSignal(response), late.signal]));
  } finally {
    late.stop();
  }
}
