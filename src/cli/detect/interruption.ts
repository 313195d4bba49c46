import { constants } from 'node:os';

// npm forwards the signal of a Ctrl-C that the terminal has already sent to us: within this time it is the same one.
const duplicateSignalMs = 1000;
// Output not read by then is dropped.
const flushMs = 200;
const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const handlers = new Map<NodeJS.Signals, () => void>();

/** Why a run stopped early, and its exit status. */
export class Interruption extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/**
 * An AbortSignal that aborts with an Interruption on Ctrl-C, SIGTERM and SIGHUP, so that finished results can be kept;
 * a second signal exits at once. It also aborts, with status 0, when the reader of standard output has gone (`| head`).
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let firstAt = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const status = 128 + constants.signals[name]; // as shells report it
    const handler = () => {
      if (performance.now() - firstAt > duplicateSignalMs) process.exit(status);
      firstAt = Math.min(firstAt, performance.now());
      controller.abort(new Interruption('interrupted', status));
    };
    process.on(name, handler);
    handlers.set(name, handler);
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === 'EPIPE' ? new Interruption('the reader closed the pipe', 0) : error);
  });
  return controller.signal;
}

/** Runs `work` with the signal of `interruption`, whose reason becomes the exit status. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  try {
    return await work(interruption());
  } catch (error) {
    if (error instanceof Interruption) return error.status;
    throw error;
  }
}

/**
 * Undoes `interruption` when a command is over: a signal now ends the process at once, since nothing is left to keep;
 * after an interruption the process exits even if nobody reads its output.
 */
export function endInterruption(status: number): void {
  for (const [name, handler] of handlers) process.off(name, handler);
  const isInterrupted = names.some((name) => status === 128 + constants.signals[name]);
  if (isInterrupted) setTimeout(() => process.exit(status), flushMs).unref();
}
