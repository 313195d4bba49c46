import type { Config } from '../config.js';
import type { ManagedWorker } from './managed-worker.js';

// Longer than a worker needs on the slowest machine, loading some 140 shared objects from a cold disk.
const startTimeoutMs = 60_000;

const searchHung = 'its search hung';

// Signals by which native code ends a process. Others may end it for no fault of an image: an operator, the system for want of memory,
// this process because it was not told anything.
const crashSignals = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP']);

/** Why a worker must be killed at `now`, or undefined where it is well. */
export function hangReason(
  { worker, state, startedAt, heartbeatAt, activity }: ManagedWorker,
  now: number,
  { hangTimeoutMs, requestTimeoutMs }: Pick<Config, 'hangTimeoutMs' | 'requestTimeoutMs'>,
): string | undefined {
  const isStarting = state === 'starting';
  if (isStarting && now - startedAt > startTimeoutMs) return 'it was not ready in time';
  if (!isStarting && now - heartbeatAt > hangTimeoutMs) return 'its event loop hung';
  // node:cluster waits for its answer before it hands it another, for ever.
  if (state === 'ready' && worker.untakenMs() > hangTimeoutMs) return 'it accepted no connections';
  return (activity?.oldestJobMs ?? 0) > requestTimeoutMs + hangTimeoutMs ? searchHung : undefined;
}

/** Whether what a worker searched when it ended may be what ended it. `exit`: the signal or status that it ended by. */
export function isCrash({ killReason }: ManagedWorker, exit: string): boolean {
  return killReason ? killReason === searchHung : crashSignals.has(exit);
}
