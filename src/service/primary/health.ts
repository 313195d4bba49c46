import type { Config } from '../config.js';
import type { ManagedWorker } from './managed-worker.js';

// Longer than the slowest machine needs to load some 140 shared objects from a cold disk.
const startTimeoutMs = 60_000;

const searchHung = 'its search hung';

// Signals that native code dies of. Other signals may not be the image's fault: they come from an operator, the
// out-of-memory killer, or the primary when a worker stopped reporting.
const crashSignals = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP']);

/** Why a worker must be killed at `now`, or undefined if it is healthy. */
export function hangReason(
  { worker, state, startedAt, heartbeatAt, activity }: ManagedWorker,
  now: number,
  { hangTimeoutMs, requestTimeoutMs }: Pick<Config, 'hangTimeoutMs' | 'requestTimeoutMs'>,
): string | undefined {
  const isStarting = state === 'starting';
  if (isStarting && now - startedAt > startTimeoutMs) return 'it was not ready in time';
  if (!isStarting && now - heartbeatAt > hangTimeoutMs) return 'its event loop hung';
  // node:cluster hands it no other connection until it acknowledges this one.
  if (state === 'ready' && worker.unacceptedMs() > hangTimeoutMs) return 'it accepted no connections';
  return (activity?.oldestJobMs ?? 0) > requestTimeoutMs + hangTimeoutMs ? searchHung : undefined;
}

/** Whether the images a worker was searching may have caused its exit. `exit`: the signal or status it exited with. */
export function isCrash({ killReason }: ManagedWorker, exit: string): boolean {
  return killReason ? killReason === searchHung : crashSignals.has(exit);
}
