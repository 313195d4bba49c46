import { crashesToQuarantine, quarantineHours } from '../../library/quarantine-policy.js';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import { heartbeatMs, type Readiness, type WorkerMessage } from '../worker-messages.js';
import { hangReason, isCrash } from './health.js';
import { isForked, kill, type ManagedWorker, tell, type WorkerProcess } from './managed-worker.js';
import type { MetricsSum } from './metrics-sum.js';
import { Quarantine } from './quarantine.js';
import { readinessOf, readyWorkers } from './readiness.js';
import { RestartPolicy } from './restart-policy.js';

type ReadyMessage = Extract<WorkerMessage, { type: 'ready' }>;

type Settings = Pick<Config, 'workers' | 'requestTimeoutMs' | 'hangTimeoutMs' | 'shutdownTimeoutMs' | 'stuckMs'>;

// A worker closes what is left after SHUTDOWN_TIMEOUT_MS by itself; 5000 connections took 3 s on a busy machine.
const drainGraceMs = 5_000;

/**
 * Runs `workers` processes: starts them, restarts those that exit or hang, replaces them one by one, drains them all.
 */
export class Supervisor {
  readonly #settings: Settings;
  readonly #fork: () => WorkerProcess;
  readonly #log: Logger;
  readonly #metrics: Pick<MetricsSum, 'update' | 'retire' | 'restarted'>;
  readonly #workers = new Set<ManagedWorker>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #quarantine = new Quarantine();
  readonly #restarts = new RestartPolicy();
  #isStarted = false;
  #isStopping = false;
  #isReloading = false;
  #checkedAt = performance.now();
  #readiness: Readiness = { isReady: false, reason: 'starting' };
  #onChange: (() => void)[] = [];
  #firstReady: ReadyMessage | undefined;
  #failure: Error | undefined;
  #wasForced = false;

  constructor(
    settings: Settings,
    fork: () => WorkerProcess,
    log: Logger,
    metrics: Pick<MetricsSum, 'update' | 'retire' | 'restarted'>,
  ) {
    this.#settings = settings;
    this.#fork = fork;
    this.#log = log;
    this.#metrics = metrics;
  }

  get readyWorkers(): number {
    return readyWorkers(this.#workers);
  }

  get readiness(): Readiness {
    return this.#readiness;
  }

  /** Starts the workers; resolves to the first one's message when all are ready. Rejects if they cannot start. */
  async start(): Promise<ReadyMessage> {
    for (let i = 0; i < this.#settings.workers; i++) this.#spawn();
    this.#every(heartbeatMs, () => this.#checkHealth());
    await this.#until(() => this.readyWorkers >= this.#settings.workers);
    this.#isStarted = true;
    return this.#firstReady as ReadyMessage;
  }

  /** Rejects when the workers cannot be kept running; never resolves. */
  async failed(): Promise<never> {
    await this.#until(() => false);
    throw new Error('unreachable');
  }

  /**
   * Replaces the workers one by one: the new one is ready before the old one stops accepting. If a new one fails, the
   * remaining old ones stay. Resolves to whether all were replaced; to false at once while another reload is running.
   */
  async reload(): Promise<boolean> {
    if (this.#isReloading || !this.#isRunning) return false;
    this.#isReloading = true;
    try {
      for (const old of [...this.#workers].filter(({ state }) => state === 'ready')) {
        if (!this.#workers.has(old)) continue; // it exited, and is being restarted
        const replacement = this.#spawn(true);
        while (replacement.state === 'starting' && this.#workers.has(replacement) && this.#isRunning)
          await this.#changed();
        if (!this.#isRunning) return false;
        if (!this.#workers.has(replacement)) {
          this.#log.error({ exit: replacement.exitReason }, 'replacement worker failed to start, keeping the old ones');
          return false;
        }
        this.#metrics.restarted('reload');
        await this.#drain(old);
      }
      return true;
    } finally {
      this.#isReloading = false;
      if (this.#isRunning) while (this.#activeWorkers < this.#settings.workers) this.#spawn();
    }
  }

  /** Drains all workers; resolves to whether all exited by themselves. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    this.#update();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#workers].map((managed) => this.#drain(managed)));
    return !this.#wasForced;
  }

  /** Number of workers that are not draining. */
  get #activeWorkers(): number {
    return [...this.#workers].filter(({ state }) => state !== 'draining').length;
  }

  get #isRunning(): boolean {
    return !this.#isStopping && !this.#failure;
  }

  #spawn(isReplacement = false): ManagedWorker {
    const worker = this.#fork();
    const now = performance.now();
    const managed: ManagedWorker = { worker, state: 'starting', startedAt: now, heartbeatAt: now, isReplacement };
    this.#workers.add(managed);
    tell(managed, { type: 'quarantine', images: this.#quarantine.images }); // before it takes a request
    worker.on('message', (message: WorkerMessage) => this.#onMessage(managed, message));
    worker.on('error', (error: Error) => {
      if (worker.process.pid === undefined) this.#onExit(managed, error.message);
      else this.#log.debug({ err: error }, 'a message to a worker was lost');
    });
    worker.on('exit', (code: number | null, signal: string | null) =>
      this.#onExit(managed, signal ?? `status ${code}`),
    );
    return managed;
  }

  #onMessage(managed: ManagedWorker, message: WorkerMessage): void {
    managed.heartbeatAt = performance.now();
    switch (message.type) {
      case 'ready':
        this.#firstReady ??= message;
        if (managed.state === 'starting') managed.state = 'ready';
        managed.isReplacement = false;
        this.#restarts.started();
        tell(managed, { type: 'readiness', readiness: this.#readiness });
        break;
      case 'unable':
        managed.startError = message.reason;
        if (this.#isStarted || managed.isReplacement)
          this.#log.error({ reason: message.reason }, 'worker failed to start');
        else this.#fail(message.reason);
        break;
      case 'heartbeat':
        managed.activity = message.activity;
        break;
      case 'metrics':
        this.#metrics.update(managed.worker.id, message.snapshot);
        break;
      case 'searching':
        this.#quarantine.searching(managed.worker.id, message);
        break;
      case 'searched':
        this.#quarantine.searched(managed.worker.id, message, message.isComplete);
        break;
      case 'drained':
        tell(managed, { type: 'end' });
        break;
    }
    this.#update();
  }

  #onExit(managed: ManagedWorker, exit: string): void {
    if (!this.#workers.delete(managed)) return; // given up on earlier
    managed.exitReason = exit;
    void this.#metrics.retire(managed.worker.id);
    this.#recordCrash(managed, exit);
    if (managed.state !== 'draining' && !managed.isReplacement && this.#isRunning) this.#restart(managed, exit);
    this.#update();
  }

  /** If the worker crashed, suspects the images it was searching, and sends all workers the new quarantine list. */
  #recordCrash(managed: ManagedWorker, exit: string): void {
    const quarantined = this.#quarantine.ended(managed.worker.id, isCrash(managed, exit));
    if (quarantined.length === 0) return;
    const event = `workers crashed ${crashesToQuarantine} times while searching these images: quarantined for ${quarantineHours} h`;
    this.#log.error({ sha256: quarantined }, event);
    this.#tellQuarantine();
  }

  #tellQuarantine(): void {
    const { images } = this.#quarantine;
    for (const managed of this.#workers) tell(managed, { type: 'quarantine', images });
  }

  #restart(managed: ManagedWorker, exit: string): void {
    const { worker, killReason } = managed;
    const others = { isStarted: this.#isStarted, othersReady: this.readyWorkers };
    const failure = this.#restarts.reasonToGiveUp(managed, exit, others);
    if (failure) {
      this.#fail(failure);
      return;
    }
    const delayMs = this.#restarts.delayMs(managed);
    if (isForked(managed)) this.#metrics.restarted(killReason ? 'hung' : 'died');
    const event = isForked(managed) ? 'worker exited, restarting' : 'worker could not be forked, retrying';
    this.#log.error({ worker: worker.process.pid, exit, reason: killReason, delayMs }, event);
    this.#after(delayMs, () => {
      // A reload may have started enough meanwhile.
      if (this.#activeWorkers < this.#settings.workers) this.#spawn();
    });
  }

  #fail(reason: string): void {
    this.#failure ??= Object.assign(new Error(reason), { code: 'UNABLE_TO_START' });
  }

  /** Kills hung workers and lifts quarantines that have expired. */
  #checkHealth(): void {
    const now = performance.now();
    const ownDelayMs = now - this.#checkedAt;
    this.#checkedAt = now;
    this.#update();
    if (this.#quarantine.forget()) this.#tellQuarantine();
    // This process was held up itself: first handle the messages it missed.
    if (ownDelayMs > heartbeatMs + Math.min(3 * heartbeatMs, this.#settings.hangTimeoutMs / 4)) return;
    for (const managed of this.#workers) {
      const reason = hangReason(managed, now, this.#settings);
      if (reason) kill(managed, reason);
    }
  }

  /** Sends all workers a changed readiness, and wakes everyone waiting for a change. */
  #update(): void {
    const readiness = readinessOf(this.#workers, this.#isStopping, this.#settings);
    if (readiness.reason !== this.#readiness.reason || readiness.isReady !== this.#readiness.isReady) {
      this.#readiness = readiness;
      for (const managed of this.#workers) tell(managed, { type: 'readiness', readiness });
    }
    for (const notify of this.#onChange.splice(0)) notify();
  }

  /** Resolves when the worker has exited, killed if it takes too long; or when even that does not end it. */
  async #drain(managed: ManagedWorker): Promise<void> {
    managed.state = 'draining';
    tell(managed, { type: 'drain' });
    const forceAfterMs = this.#settings.shutdownTimeoutMs + drainGraceMs;
    const force = setTimeout(() => {
      this.#wasForced = true;
      kill(managed, 'it did not drain in time');
    }, forceAfterMs);
    // A process waiting for a disk that has gone cannot be killed; the system ends it when the disk is back.
    const forget = setTimeout(() => this.#onExit(managed, 'never exited'), forceAfterMs + drainGraceMs);
    while (this.#workers.has(managed)) await this.#changed();
    clearTimeout(force);
    clearTimeout(forget);
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  /** Resolves once `isTrue()`; rejects if the service has failed. */
  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      if (this.#failure) throw this.#failure;
      await this.#changed();
    }
  }

  #every(ms: number, action: () => void): void {
    this.#timers.add(setInterval(action, ms));
  }

  #after(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }
}
