import type { ServerResponse } from 'node:http';
import { clientGone, RequestError } from './request-error.js';

/** Aborts, with code ABORTED, when the client closes its connection before it has the whole answer. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) {
      controller.abort(clientGone());
    }
  });
  return controller.signal;
}

/** Settles as `work` does, or at once with the signal's reason when that aborts. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
    // Removed again: Node keeps a combined signal as long as anything listens to it.
    const stopListening = () => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).finally(stopListening);
    if (signal.aborted) onAbort();
  });
}

/** A signal that aborts with RequestError DEADLINE, saying that `what` was not done, after `ms`, unless it is stopped before. */
export function deadline(what: string, ms: number): { signal: AbortSignal; stop: () => void } {
  const late = new AbortController();
  const end = () => late.abort(new RequestError('DEADLINE', `${what} was not done after ${ms} ms`));
  const timer = setTimeout(end, ms);
  return { signal: late.signal, stop: () => clearTimeout(timer) };
}
