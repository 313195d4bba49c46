import type { EventEmitter } from 'node:events';
import type { Config } from './config.js';
import type { Logger } from './log.js';
import { beatMs, type PrimaryMessage, type WorkerMessage } from './messages.js';
import type { MetricsSum } from './metrics-sum.js';
import { Quarantine } from './quarantine.js';
import type { Readiness } from './service.js';

/** A process that works, as node:cluster gives it. Without a `pid` the system refused one: all that it emits is `error`, soon. */
export interface WorkerProcess extends EventEmitter {
  readonly id: number;
  send(message: PrimaryMessage, callback: (error: Error | null) => void): boolean;
  isConnected(): boolean;
  /** For how long it has not taken a connection that it was sent; 0 where it has taken all. */
  untakenMs(): number;
  process: { pid?: number | undefined; kill(signal: NodeJS.Signals): boolean };
}

type ReadyMessage = Extract<WorkerMessage, { type: 'ready' }>;

interface Member {
  worker: WorkerProcess;
  state: 'starting' | 'ready' | 'draining';
  since: number;
  beatAt: number;
  /** Started by a reload: until it is ready, the old one does its work, and its failure is no failure of the service. */
  isTrial: boolean;
  activity?: Extract<WorkerMessage, { type: 'beat' }>['activity'];
  /** Why it is being killed. */
  doom?: string;
  /** Why it says that it cannot start. */
  inability?: string;
  /** How it has ended: a signal, a status, why it never began. */
  end?: string;
}

type Settings = Pick<Config, 'workers' | 'requestTimeoutMs' | 'hangTimeoutMs' | 'shutdownTimeoutMs' | 'stuckMs'>;

const maxDeathsAtStart = 5;
// Longer than a worker needs on the slowest machine, loading some 140 shared objects from a cold disk.
const startTimeoutMs = 60_000;
// A worker cuts off what is left after SHUTDOWN_TIMEOUT_MS by itself; 5000 connections took 3 s on a machine with other work.
const cuttingMs = 5_000;
const firstBackoffMs = 100;
const maxBackoffMs = 30_000;
// A worker that has lived that long starts the back-off anew.
const provenMs = 10_000;

// Signals by which native code ends a process. Others may end it for no fault of an image: an operator, the system for want of memory,
// this process because it was not told anything.
const crashes = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT', 'SIGTRAP']);
const jobHangs = 'its job hangs';

const isForked = ({ worker }: Member) => worker.process.pid !== undefined;

/** Keeps `workers` processes running: replaces those that die or hang, restarts them one by one, drains them all. */
export class Supervisor {
  readonly #settings: Settings;
  readonly #fork: () => WorkerProcess;
  readonly #log: Logger;
  readonly #metrics: Pick<MetricsSum, 'update' | 'retire' | 'restarted'>;
  readonly #members = new Set<Member>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #quarantine = new Quarantine();
  #deathsAtStart = 0;
  #backoffMs = firstBackoffMs;
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
    return [...this.#members].filter(({ state }) => state === 'ready').length;
  }

  get readiness(): Readiness {
    return this.#readiness;
  }

  /** Starts the workers; resolves with the first one's message when all are ready. Rejects where they cannot start. */
  async start(): Promise<ReadyMessage> {
    for (let i = 0; i < this.#settings.workers; i++) this.#spawn();
    this.#every(beatMs, () => this.#check());
    await this.#until(() => this.readyWorkers >= this.#settings.workers);
    this.#isStarted = true;
    return this.#firstReady as ReadyMessage;
  }

  /** Rejects when the workers cannot be kept running any more. */
  async failed(): Promise<never> {
    await this.#until(() => false);
    throw new Error('unreachable');
  }

  /**
   * Replaces every worker, one after the other: the new one is ready before the old one stops accepting. Where a new one fails,
   * the old ones that are left stay. Resolves to whether all are replaced; at once to false while a reload is going on.
   */
  async reload(): Promise<boolean> {
    if (this.#isReloading || !this.#goesOn) return false;
    this.#isReloading = true;
    try {
      for (const old of [...this.#members].filter(({ state }) => state === 'ready')) {
        if (!this.#members.has(old)) continue; // it has died, and is replaced already
        const fresh = this.#spawn(true);
        while (fresh.state === 'starting' && this.#members.has(fresh) && this.#goesOn) await this.#changed();
        if (!this.#goesOn) return false;
        if (!this.#members.has(fresh)) {
          this.#log.error({ how: fresh.end }, 'a new worker did not get ready: the old ones stay');
          return false;
        }
        this.#metrics.restarted('reload');
        await this.#drain(old);
      }
      return true;
    } finally {
      this.#isReloading = false;
      if (this.#goesOn) while (this.#live < this.#settings.workers) this.#spawn();
    }
  }

  /** Drains all workers; resolves to whether all ended by themselves. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    this.#update();
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#members].map((member) => this.#drain(member)));
    return !this.#wasForced;
  }

  /** Workers that are there to stay. */
  get #live(): number {
    return [...this.#members].filter(({ state }) => state !== 'draining').length;
  }

  get #goesOn(): boolean {
    return !this.#isStopping && !this.#failure;
  }

  #spawn(isTrial = false): Member {
    const worker = this.#fork();
    const now = performance.now();
    const member: Member = { worker, state: 'starting', since: now, beatAt: now, isTrial };
    this.#members.add(member);
    this.#tell(member, { type: 'quarantine', images: this.#quarantine.images }); // before it takes a request
    worker.on('message', (message: WorkerMessage) => this.#onMessage(member, message));
    worker.on('error', (error: Error) => {
      if (worker.process.pid === undefined) this.#onExit(member, error.message);
      else this.#log.debug({ err: error }, 'a message to a worker was lost');
    });
    worker.on('exit', (code: number | null, signal: string | null) => this.#onExit(member, signal ?? `status ${code}`));
    return member;
  }

  #onMessage(member: Member, message: WorkerMessage): void {
    member.beatAt = performance.now();
    switch (message.type) {
      case 'ready':
        this.#firstReady ??= message;
        if (member.state === 'starting') member.state = 'ready';
        member.isTrial = false;
        this.#deathsAtStart = 0;
        this.#tell(member, { type: 'readiness', readiness: this.#readiness });
        break;
      case 'unable':
        member.inability = message.reason;
        if (this.#isStarted || member.isTrial) this.#log.error({ reason: message.reason }, 'a new worker cannot start');
        else this.#fail(message.reason);
        break;
      case 'beat':
        member.activity = message.activity;
        break;
      case 'metrics':
        this.#metrics.update(member.worker.id, message.snapshot);
        break;
      case 'searching':
        this.#quarantine.searching(member.worker.id, message);
        break;
      case 'searched':
        this.#quarantine.searched(member.worker.id, message, message.isWhole);
        break;
      case 'drained':
        this.#tell(member, { type: 'end' });
        break;
    }
    this.#update();
  }

  #onExit(member: Member, how: string): void {
    if (!this.#members.delete(member)) return; // it was given up before
    member.end = how;
    void this.#metrics.retire(member.worker.id);
    this.#blame(member, how);
    if (member.state !== 'draining' && !member.isTrial && this.#goesOn) this.#replace(member, how);
    this.#update();
  }

  /** What the worker was searching when it crashed is under suspicion; workers are told of what is refused from now on. */
  #blame({ worker, doom }: Member, how: string): void {
    const isCrash = doom ? doom === jobHangs : crashes.has(how);
    const guilty = this.#quarantine.ended(worker.id, isCrash);
    if (guilty.length === 0) return;
    this.#log.error(
      { sha256: guilty },
      'workers crashed twice while they searched these images, which are refused for an hour',
    );
    this.#tellQuarantine();
  }

  #tellQuarantine(): void {
    const { images } = this.#quarantine;
    for (const member of this.#members) this.#tell(member, { type: 'quarantine', images });
  }

  #replace(member: Member, how: string): void {
    const { worker, since, doom } = member;
    if (this.#isHopeless(member, how)) return;
    if (performance.now() - since > provenMs) this.#backoffMs = firstBackoffMs;
    const delayMs = this.#backoffMs;
    this.#backoffMs = Math.min(maxBackoffMs, this.#backoffMs * 2);
    if (isForked(member)) this.#metrics.restarted(doom ? 'hung' : 'died');
    const event = isForked(member) ? 'a worker ended and is replaced' : 'a worker could not be started: trying again';
    this.#log.error({ worker: worker.process.pid, how, reason: doom, delayMs }, event);
    this.#after(delayMs, () => {
      // While reloading there may be enough.
      if (this.#live < this.#settings.workers) this.#spawn();
    });
  }

  /** Whether workers have died at their start so often that the service fails, for which this one may be the last reason. */
  #isHopeless(member: Member, how: string): boolean {
    // What the system refuses now it may give later; where nothing serves yet, the operator is to know.
    if (!isForked(member) && (this.#isStarted || this.readyWorkers > 0)) return false;
    this.#deathsAtStart = member.state === 'starting' ? this.#deathsAtStart + 1 : 0;
    // Weights may be gone for a while, or memory: as long as others serve, that is no reason to end them.
    const othersServe = this.#isStarted && this.readyWorkers > 0;
    if (this.#deathsAtStart < maxDeathsAtStart || othersServe) return false;
    const last = member.inability ? `: ${member.inability}` : ` by ${member.doom ?? how}`;
    this.#fail(`workers died at start ${maxDeathsAtStart} times in a row, the last one${last}`);
    return true;
  }

  #fail(reason: string): void {
    this.#failure ??= Object.assign(new Error(reason), { code: 'UNABLE_TO_START' });
  }

  /** Kills workers that hang; says anew whether the service is ready. */
  #check(): void {
    const now = performance.now();
    const ownDelay = now - this.#checkedAt;
    this.#checkedAt = now;
    this.#update();
    if (this.#quarantine.forget()) this.#tellQuarantine();
    if (ownDelay > 4 * beatMs) return; // this process was held up itself: what it has missed comes first
    const { hangTimeoutMs, requestTimeoutMs } = this.#settings;
    for (const member of this.#members) {
      const { worker, state, since, beatAt, activity } = member;
      if (state === 'starting' && now - since > startTimeoutMs) this.#kill(member, 'not ready in time');
      else if (state !== 'starting' && now - beatAt > hangTimeoutMs) this.#kill(member, 'its event loop hangs');
      // node:cluster waits for its answer before it sends another, for ever.
      else if (state === 'ready' && worker.untakenMs() > hangTimeoutMs) this.#kill(member, 'it takes no connections');
      else if ((activity?.oldestJobMs ?? 0) > requestTimeoutMs + hangTimeoutMs) this.#kill(member, jobHangs);
    }
  }

  #kill(member: Member, doom: string): void {
    if (member.doom) return;
    member.doom = doom;
    member.worker.process.kill('SIGKILL');
  }

  /** Tells all workers where readiness has changed, and everyone who waits for a change. */
  #update(): void {
    const readiness = this.#judge();
    if (readiness.reason !== this.#readiness.reason || readiness.isReady !== this.#readiness.isReady) {
      this.#readiness = readiness;
      for (const member of this.#members) this.#tell(member, { type: 'readiness', readiness });
    }
    for (const notify of this.#onChange.splice(0)) notify();
  }

  #judge(): Readiness {
    if (this.#isStopping) return { isReady: false, reason: 'draining' };
    if (this.readyWorkers === 0) return { isReady: false, reason: 'starting' };
    const { requestTimeoutMs, stuckMs } = this.#settings;
    const activities = [...this.#members].flatMap(({ activity }) => activity ?? []);
    const waiting = activities.filter((activity) => activity.waiting > 0);
    // No job has ended in any worker, and those that others wait for go on past their deadline.
    const stuckForMs = Math.min(
      ...activities.map(({ sinceLastEndMs }) => sinceLastEndMs),
      ...waiting.map(({ oldestJobMs }) => oldestJobMs - requestTimeoutMs),
    );
    if (waiting.length > 0 && stuckForMs > stuckMs) return { isReady: false, reason: 'stuck' };
    return { isReady: true };
  }

  #tell({ worker }: Member, message: PrimaryMessage): void {
    if (worker.isConnected()) worker.send(message, () => undefined);
  }

  /** Resolves when the worker has ended, by force after the time for shutting down, or does not end even so. */
  async #drain(member: Member): Promise<void> {
    member.state = 'draining';
    this.#tell(member, { type: 'drain' });
    const forceAfterMs = this.#settings.shutdownTimeoutMs + cuttingMs;
    const force = setTimeout(() => {
      this.#wasForced = true;
      this.#kill(member, 'it did not stop in time');
    }, forceAfterMs);
    // A process that waits for a disk that has gone is not even killed; the system ends it when the disk is back.
    const forget = setTimeout(() => this.#onExit(member, 'not at all'), forceAfterMs + cuttingMs);
    while (this.#members.has(member)) await this.#changed();
    clearTimeout(force);
    clearTimeout(forget);
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  /** Resolves when `isTrue`; rejects where the service has failed. */
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
