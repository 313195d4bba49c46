import { isForked, type ManagedWorker } from './managed-worker.js';

const maxFailedStarts = 5;
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
// A worker that has run this long resets the backoff.
const backoffResetMs = 10_000;

/** When to restart a worker that exited, and when to give up: a crash loop must neither spin nor stay hidden. */
export class RestartPolicy {
  #failedStarts = 0;
  #backoffMs = firstBackoffMs;

  /** A worker has become ready. */
  started(): void {
    this.#failedStarts = 0;
  }

  /** Milliseconds to wait before restarting a worker that exited; doubles each time, up to 30 s. */
  delayMs({ startedAt }: ManagedWorker): number {
    if (performance.now() - startedAt > backoffResetMs) this.#backoffMs = firstBackoffMs;
    const delayMs = this.#backoffMs;
    this.#backoffMs = Math.min(maxBackoffMs, this.#backoffMs * 2);
    return delayMs;
  }

  /**
   * Why to stop restarting: this many workers in a row, this one included, exited before they were ready, and none
   * serves. Undefined if another try makes sense. `exit`: the signal or status it exited with.
   */
  reasonToGiveUp(
    managed: ManagedWorker,
    exit: string,
    { isStarted, othersReady }: { isStarted: boolean; othersReady: number },
  ): string | undefined {
    // The system may allow a fork later; but if nothing serves yet, the operator must know.
    if (!isForked(managed) && (isStarted || othersReady > 0)) return undefined;
    this.#failedStarts = managed.state === 'starting' ? this.#failedStarts + 1 : 0;
    // Weights or memory may be missing only for a while: no reason to stop the workers that serve.
    const othersServe = isStarted && othersReady > 0;
    if (this.#failedStarts < maxFailedStarts || othersServe) return undefined;
    const last = managed.startError ? `: ${managed.startError}` : ` by ${managed.killReason ?? exit}`;
    return `workers failed at startup ${maxFailedStarts} times in a row, the last one${last}`;
  }
}
