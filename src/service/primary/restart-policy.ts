import { isForked, type ManagedWorker } from './managed-worker.js';

const maxFailedStarts = 5;
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
// A worker that has lived that long resets the backoff.
const backoffResetMs = 10_000;

/** When a worker that has ended is restarted, and when that is given up: a crash loop must neither spin nor stay hidden. */
export class RestartPolicy {
  #failedStarts = 0;
  #backoffMs = firstBackoffMs;

  /** A worker has become ready. */
  started(): void {
    this.#failedStarts = 0;
  }

  /** Milliseconds until a worker that has ended is started anew; doubles from one to the next. */
  delayMs({ startedAt }: ManagedWorker): number {
    if (performance.now() - startedAt > backoffResetMs) this.#backoffMs = firstBackoffMs;
    const delayMs = this.#backoffMs;
    this.#backoffMs = Math.min(maxBackoffMs, this.#backoffMs * 2);
    return delayMs;
  }

  /**
   * Why no other worker is to be started: so many have ended before they were ready, this one the last, and none serves. Undefined
   * where another is worth trying. `exit`: the signal or status that it ended by.
   */
  reasonToGiveUp(
    managed: ManagedWorker,
    exit: string,
    { isStarted, othersReady }: { isStarted: boolean; othersReady: number },
  ): string | undefined {
    // What the system refuses now it may give later; where nothing serves yet, the operator is to know.
    if (!isForked(managed) && (isStarted || othersReady > 0)) return undefined;
    this.#failedStarts = managed.state === 'starting' ? this.#failedStarts + 1 : 0;
    // Weights may be gone for a while, or memory: as long as others serve, that is no reason to end them.
    const othersServe = isStarted && othersReady > 0;
    if (this.#failedStarts < maxFailedStarts || othersServe) return undefined;
    const last = managed.startError ? `: ${managed.startError}` : ` by ${managed.killReason ?? exit}`;
    return `workers failed at startup ${maxFailedStarts} times in a row, the last one${last}`;
  }
}
