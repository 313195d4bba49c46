import { constants } from 'node:os';

// npm passes on the signal of a Ctrl-C that the terminal has sent us already: so soon, it is the same one.
const sameMs = 1000;
// Output that its reader has not taken by then is given up.
const flushMs = 200;
const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const handlers = new Map<NodeJS.Signals, () => void>();

/** Why a run ended before its end, and the status that says so. */
export class Interruption extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * A signal that aborts with an Interruption on Ctrl-C, SIGTERM and SIGHUP, so that what is done can be kept; the second time the
 * process ends at once. It also aborts, with status 0, when the reader of standard output has gone away (`| head`).
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let firstAt = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const status = 128 + constants.signals[name]; // as a shell tells it
    const handler = () => {
      if (performance.now() - firstAt > sameMs) process.exit(status);
      firstAt = Math.min(firstAt, performance.now());
      controller.abort(new Interruption('interrupted', status));
    };
    process.on(name, handler);
    handlers.set(name, handler);
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === 'EPIPE' ? new Interruption('nobody reads on', 0) : error);
  });
  return controller.signal;
}

/**
 * Ends what `interruption` has begun, when a command is over: nothing is left to keep, so that a signal ends the process at once; after
 * one the process ends, also where the reader of its output does not read on.
 */
export function endInterruption(status: number): void {
  for (const [name, handler] of handlers) process.off(name, handler);
  const isInterrupted = names.some((name) => status === 128 + constants.signals[name]);
  if (isInterrupted) setTimeout(() => process.exit(status), flushMs).unref();
}
