import type { Config } from '../config.js';
import type { Readiness } from '../worker-messages.js';
import type { ManagedWorker } from './managed-worker.js';

export const readyWorkers = (workers: Iterable<ManagedWorker>) =>
  [...workers].filter(({ state }) => state === 'ready').length;

/** Whether the service takes requests: a worker is ready, and if requests wait, searches still end. */
export function readinessOf(
  workers: Iterable<ManagedWorker>,
  isStopping: boolean,
  { requestTimeoutMs, stuckMs }: Pick<Config, 'requestTimeoutMs' | 'stuckMs'>,
): Readiness {
  if (isStopping) return { isReady: false, reason: 'draining' };
  if (readyWorkers(workers) === 0) return { isReady: false, reason: 'starting' };
  const activities = [...workers].flatMap(({ activity }) => activity ?? []);
  const waiting = activities.filter((activity) => activity.waiting > 0);
  // Stuck: no job has ended in any worker, and the jobs that others wait for are past their deadline.
  const stuckForMs = Math.min(
    ...activities.map(({ sinceLastEndMs }) => sinceLastEndMs),
    ...waiting.map(({ oldestJobMs }) => oldestJobMs - requestTimeoutMs),
  );
  if (waiting.length > 0 && stuckForMs > stuckMs) return { isReady: false, reason: 'stuck' };
  return { isReady: true };
}
