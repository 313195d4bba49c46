import { EventEmitter } from 'node:events';
import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import type { Activity } from '#dist/library/slots.js';
import type { Logger } from '#dist/service/log.js';
import type { WorkerProcess } from '#dist/service/primary/managed-worker.js';
import { Supervisor } from '#dist/service/primary/supervisor.js';
import type { PrimaryMessage, WorkerMessage } from '#dist/service/worker-messages.js';
import { FakeClock } from '../../fixtures/fake-clock.mjs';
import { rejection } from '../../fixtures/rejection.mjs';

const settings = {
  workers: 2,
  requestTimeoutMs: 30_000,
  hangTimeoutMs: 10_000,
  shutdownTimeoutMs: 20_000,
  stuckMs: 5_000,
};
const idle: Activity = { running: 0, waiting: 0, oldestJobMs: 0, sinceLastEndMs: 3_600_000 };

const readyMessage = (port: number) =>
  ({
    type: 'ready',
    port,
    opencv: '4.10.0',
    models: [{ name: 'mtcnn', engine: 'fused', engineReason: 'asked for' }],
  }) as const;

/** A worker that does what the test says. */
class FakeWorker extends EventEmitter implements WorkerProcess {
  readonly sent: PrimaryMessage[] = [];
  readonly signals: string[] = [];
  isAlive = true;
  readonly process: WorkerProcess['process'];

  /** `refusal`: why the system gives it no process, which Node tells in the next tick. */
  constructor(
    readonly id: number,
    refusal?: string,
  ) {
    super();
    if (refusal) {
      this.isAlive = false;
      process.nextTick(() => this.emit('error', new Error(refusal)));
    }
    this.process = {
      pid: refusal ? undefined : 1000 + id,
      kill: (signal) => {
        this.signals.push(signal);
        queueMicrotask(() => this.end(signal));
        return true;
      },
    };
  }

  isConnected(): boolean {
    return this.isAlive;
  }

  untaken = 0;
  unacceptedMs(): number {
    return this.untaken;
  }

  send(message: PrimaryMessage): boolean {
    if (!this.isAlive) throw new Error('a message to a worker that has ended');
    this.sent.push(message);
    return true;
  }

  get isDraining(): boolean {
    return this.sent.some(({ type }) => type === 'drain');
  }

  async tell(message: WorkerMessage): Promise<void> {
    this.emit('message', message);
    await tick();
  }

  ready = () => this.tell(readyMessage(8000 + this.id));
  beat = (activity: Partial<Activity> = {}) => this.tell({ type: 'heartbeat', activity: { ...idle, ...activity } });

  end(signal: NodeJS.Signals | null, status: number | null = null): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.emit('exit', status, signal);
  }

  /** As process.exit does. */
  async exit(status = 1): Promise<void> {
    this.end(null, status);
    await tick();
  }
}

describe('supervisor', () => {
  const clock = new FakeClock();
  let workers: FakeWorker[];
  let told: string[];
  let logged: string[];
  /** Why forks fail, where they do. */
  let refusal: string | undefined;
  let supervisor: Supervisor;

  beforeEach(() => {
    clock.install();
    workers = [];
    told = [];
    logged = [];
    refusal = undefined;
    make();
  });
  afterEach(() => clock.restore());

  function make(changes: Partial<typeof settings> = {}): void {
    const fork = () => {
      const worker = new FakeWorker(workers.length + 1, refusal);
      workers.push(worker);
      return worker;
    };
    const log = {
      error: ({ exit }: { exit?: string }, text: string) => void logged.push(`${text}: ${exit}`),
      debug: () => undefined,
    } as unknown as Logger;
    const metrics = {
      update: (id: number, snapshot: unknown[]) => told.push(`${snapshot.length} metrics of ${id}`),
      retire: async (id: number) => void told.push(`retired ${id}`),
      restarted: (reason: string) => told.push(reason),
    };
    supervisor = new Supervisor({ ...settings, ...changes }, fork, log, metrics);
  }

  const worker = (id: number): FakeWorker => {
    const found = workers[id - 1];
    if (!found) throw new Error(`there is no worker ${id}`);
    return found;
  };
  const alive = () => workers.filter(({ isAlive }) => isAlive).map(({ id }) => id);

  /** Time in which every worker that lives gives signs of it. */
  async function pass(ms: number, activity: Partial<Activity> = {}): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      for (const one of workers) if (one.isAlive) await one.beat(activity);
      await clock.advance(Math.min(500, ms - passed));
    }
  }

  async function started(): Promise<void> {
    const start = supervisor.start();
    for (const one of [...workers]) await one.ready();
    await start;
  }

  describe('start', () => {
    it("resolves when all workers are ready, with the first one's message", async () => {
      let isStarted = false;
      const start = supervisor.start().then((message) => {
        isStarted = true;
        return message;
      });
      expect(workers).to.have.length(2);
      expect(supervisor.readyWorkers).to.equal(0);
      await worker(2).ready();
      expect([isStarted, supervisor.readyWorkers]).to.deep.equal([false, 1]);
      await worker(1).ready();
      expect(await start).to.deep.equal(readyMessage(8002));
      expect(supervisor.readyWorkers).to.equal(2);
    });

    it('rejects after five deaths in a row, with the reason', async () => {
      make({ workers: 1 });
      const failed = rejection(supervisor.start());
      for (let death = 1; death <= 4; death++) {
        await worker(death).exit(7);
        await clock.advance(30_000);
      }
      worker(5).end('SIGSEGV');
      const { code, message } = await failed;
      expect([code, message]).to.deep.equal([
        'UNABLE_TO_START',
        'workers failed at startup 5 times in a row, the last one by SIGSEGV',
      ]);
      await clock.advance(60_000);
      expect(workers).to.have.length(5);
    });

    it('counts anew when one gets ready, or one that was ready dies', async () => {
      const start = supervisor.start();
      /** The newest worker dies so often while it starts, and each time there is another. */
      const die = async (times: number) => {
        for (let death = 1; death <= times; death++) {
          await worker(workers.length).exit();
          await pass(13_000);
        }
      };
      await die(4);
      await worker(1).ready();
      await die(4);
      await worker(10).ready();
      await start;
      await worker(10).exit();
      await pass(20_000);
      await die(4);
      expect(supervisor.readyWorkers).to.equal(1);
    });

    it('rejects at once where a worker says that it is unable, in its words', async () => {
      const failed = rejection(supervisor.start());
      await worker(1).tell({ type: 'unable', reason: 'port 8000 is in use' });
      expect(await failed).to.include({ code: 'UNABLE_TO_START', message: 'port 8000 is in use' });
      await worker(1).exit();
      await clock.advance(60_000);
      expect(workers).to.have.length(2);
    });

    it('kills a worker that is not ready within a minute', async () => {
      void supervisor.start();
      await worker(1).ready();
      await pass(59_000);
      expect(worker(2).signals).to.deep.equal([]);
      await pass(2_000);
      expect(worker(2).signals).to.deep.equal(['SIGKILL']);
      expect(worker(1).signals).to.deep.equal([]);
    });
  });

  describe('quarantine', () => {
    const requestKey = '/v1/faces {}';
    const die = async (id: number, ...images: string[]) => {
      for (const image of images) await worker(id).tell({ type: 'searching', image, requestKey });
      worker(id).end('SIGSEGV');
      await pass(1_000);
      await worker(workers.length).ready();
    };
    const refusedBy = (id: number) =>
      worker(id)
        .sent.filter((message) => message.type === 'quarantine')
        .at(-1)?.images;

    it('refuses in all workers, also in new ones, what was searched at two deaths', async () => {
      await started();
      await die(1, 'poison', 'innocent');
      expect([refusedBy(2), refusedBy(3)]).to.deep.equal([[], []]);
      await die(2, 'poison', 'other');
      expect([refusedBy(3), refusedBy(4)]).to.deep.equal([['poison'], ['poison']]);
      await worker(3).exit();
      await pass(1_000);
      expect(refusedBy(5), 'before it is ready, and takes requests').to.deep.equal(['poison']);
    });

    it('does not suspect what had been searched before, nor twice for one death', async () => {
      await started();
      for (const id of [1, 2]) {
        await worker(id).tell({ type: 'searching', image: 'harmless', requestKey });
        await worker(id).tell({ type: 'searched', image: 'harmless', requestKey, isComplete: true });
        await die(id, 'twice in two slots', 'twice in two slots');
        expect(refusedBy(3)).to.deep.equal(id === 1 ? [] : ['twice in two slots']);
      }
    });

    // Where all clients send the same image, whoever kills workers would have had it refused.
    it('does not suspect what has been searched between two deaths', async () => {
      await started();
      await die(1, 'popular');
      await worker(2).tell({ type: 'searching', image: 'popular', requestKey });
      await worker(2).tell({ type: 'searched', image: 'popular', requestKey, isComplete: true });
      await die(2, 'popular');
      expect(refusedBy(3)).to.deep.equal([]);
    });

    // Weights can crash where others get through: who tried both in turn took a worker with every second request.
    it('still suspects what has been searched in another way between two deaths', async () => {
      await started();
      await die(1, 'poison');
      await worker(2).tell({ type: 'searching', image: 'poison', requestKey: '/v1/faces {"model":"yunet"}' });
      await worker(2).tell({
        type: 'searched',
        image: 'poison',
        requestKey: '/v1/faces {"model":"yunet"}',
        isComplete: true,
      });
      await die(2, 'poison');
      expect(refusedBy(3)).to.deep.equal(['poison']);
    });

    it('still suspects what was only begun between two deaths', async () => {
      await started();
      await die(1, 'poison');
      await worker(2).tell({ type: 'searching', image: 'poison', requestKey });
      await worker(2).tell({ type: 'searched', image: 'poison', requestKey, isComplete: false });
      await die(2, 'poison');
      expect(refusedBy(3)).to.deep.equal(['poison']);
    });

    // Whoever can hold up event loops could have had the images of others refused.
    it('suspects nothing where a worker was killed, or ended by itself', async () => {
      await started();
      for (const id of [1, 2, 3]) {
        await worker(id).tell({ type: 'searching', image: 'a face', requestKey });
        if (id === 1) worker(id).end('SIGKILL');
        if (id === 2) worker(id).end(null, 1);
        for (let ms = 0; id === 3 && ms < 11_000; ms += 500) {
          for (const one of workers) if (one.isAlive && one.id !== id) await one.beat();
          await clock.advance(500);
        }
        await pass(2_000);
        await worker(workers.length).ready();
      }
      expect(worker(3).signals).to.deep.equal(['SIGKILL']);
      await die(workers.length, 'a face');
      expect(refusedBy(workers.length)).to.deep.equal([]);
    });

    it('suspects what hangs for longer than any search may take', async () => {
      await started();
      for (const id of [1, 3]) {
        await worker(id).tell({ type: 'searching', image: 'endless', requestKey });
        await worker(id).beat({ running: 1, oldestJobMs: 41_000 });
        await clock.advance(500);
        expect(worker(id).signals).to.deep.equal(['SIGKILL']);
        await pass(1_000);
        await worker(workers.length).ready();
      }
      expect(refusedBy(2)).to.deep.equal(['endless']);
    });

    it('forgets a death, and a refusal, after an hour', async () => {
      await started();
      await die(1, 'poison');
      await pass(3_601_000);
      await die(2, 'poison');
      expect(refusedBy(3)).to.deep.equal([]);
      await die(3, 'poison');
      expect(refusedBy(4)).to.deep.equal(['poison']);
      await pass(3_601_000);
      expect(refusedBy(4)).to.deep.equal([]);
    });

    it('keeps a thousand suspects', async () => {
      await started();
      await die(1, 'first', ...Array.from({ length: 1000 }, (_, i) => `image ${i}`));
      await die(2, 'image 0', 'first');
      expect(refusedBy(3)).to.deep.equal(['image 0']);
    });
  });

  describe('back-off', () => {
    it('waits twice as long before each replacement, up to 30 s, and anew after one that has lived', async () => {
      make({ workers: 1 });
      await started();
      const waits: number[] = [];
      /** The newest worker dies; how long until the next is there. */
      const replaced = async () => {
        const before = workers.length;
        await worker(before).exit();
        let ms = 0;
        for (; workers.length === before; ms += 100) await clock.advance(100);
        waits.push(ms);
        await worker(workers.length).ready();
      };
      for (let death = 1; death <= 11; death++) await replaced();
      expect(waits).to.deep.equal([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
      await pass(10_500);
      await replaced();
      expect(waits.at(-1)).to.equal(100);
    });
  });

  describe('afterwards', () => {
    beforeEach(started);

    it('passes metrics on, and retires those of a worker that has ended', async () => {
      await worker(2).tell({ type: 'metrics', snapshot: [] });
      await worker(2).exit();
      expect(told).to.deep.equal(['0 metrics of 2', 'retired 2', 'died']);
    });

    it('replaces a worker that dies', async () => {
      await worker(1).exit();
      expect(supervisor.readyWorkers).to.equal(1);
      await clock.advance(99);
      expect(workers).to.have.length(2);
      await clock.advance(1);
      expect(workers).to.have.length(3);
      await worker(3).ready();
      expect([supervisor.readyWorkers, alive()]).to.deep.equal([2, [2, 3]]);
    });

    /** The newest worker says that it is unable and ends, so often; each time another follows. */
    async function beUnable(times: number): Promise<void> {
      for (let time = 1; time <= times; time++) {
        await worker(workers.length).tell({ type: 'unable', reason: 'the weights are missing' });
        await worker(workers.length).exit();
        await pass(31_000);
      }
    }

    // A worker that died while the weights were gone, or memory was short, took all others with it.
    it('goes on with those that serve where a replacement cannot start, and tries again', async () => {
      let hasFailed = false;
      supervisor.failed().catch(() => {
        hasFailed = true;
      });
      await worker(1).exit();
      await pass(100);
      await beUnable(7);
      expect([hasFailed, supervisor.readyWorkers]).to.deep.equal([false, 1]);
      await worker(workers.length).ready();
      expect(supervisor.readyWorkers).to.equal(2);
    });

    it('rejects `failed`, with the reason, where none serves and five in a row cannot start', async () => {
      make({ workers: 1 });
      workers = [];
      await started();
      const failed = rejection(supervisor.failed());
      await worker(1).exit();
      await clock.advance(100);
      await beUnable(5);
      expect((await failed).message).to.equal(
        'workers failed at startup 5 times in a row, the last one: the weights are missing',
      );
    });

    it('kills and replaces a worker without a sign of life, and only that', async () => {
      for (let ms = 0; ms <= 10_000; ms += 500) {
        expect(worker(1).signals).to.deep.equal([]);
        await worker(2).beat();
        await clock.advance(500);
      }
      expect([worker(1).signals, worker(2).signals]).to.deep.equal([['SIGKILL'], []]);
      await clock.advance(500);
      expect(told).to.include('hung').and.not.include('died');
      expect(alive()).to.deep.equal([2, 3]);
    });

    // Without a file descriptor left it could not take one, and got no other ever after, while it gave its signs of life.
    it('kills a worker that does not take its connections', async () => {
      worker(1).untaken = 10_000;
      await pass(2_000);
      expect(worker(1).signals).to.deep.equal([]);
      worker(1).untaken = 10_001;
      await pass(500);
      expect([worker(1).signals, worker(2).signals]).to.deep.equal([['SIGKILL'], []]);
      await pass(500);
      expect(told).to.include('hung');
    });

    it('kills a worker whose job outlives its deadline, not one whose job is only long', async () => {
      await pass(1000, { running: 1, oldestJobMs: 40_000 });
      expect(alive()).to.deep.equal([1, 2]);
      await worker(2).beat({ running: 1, oldestJobMs: 40_001 });
      await clock.advance(500);
      expect([worker(1).signals, worker(2).signals]).to.deep.equal([[], ['SIGKILL']]);
    });

    it('spares workers whose signs of life it could not read itself', async () => {
      await pass(1000);
      clock.freeze(60_000);
      await clock.advance(0);
      await pass(1000);
      expect(alive()).to.deep.equal([1, 2]);
    });
  });

  // The primary ended by a TypeError (EMFILE, ENOMEM), or waited for ever for the end of what had never begun (EAGAIN).
  describe('a worker that the system gives no process for', () => {
    it('is tried again with growing pauses, up to 30 s, for as long as it takes', async () => {
      await started();
      refusal = 'spawn node EMFILE';
      await worker(1).exit();
      await worker(2).exit();
      await pass(300_000);
      expect(alive()).to.deep.equal([]);
      expect(
        told.filter((word) => word === 'died'),
        'only workers that were there',
      ).to.have.length(2);
      expect(new Set(logged.slice(2))).to.deep.equal(
        new Set(['worker could not be forked, retrying: spawn node EMFILE']),
      );
      const before = workers.length;
      refusal = undefined;
      await pass(30_500);
      expect(alive()).to.deep.equal([before + 1, before + 2]);
      for (const id of alive()) await worker(id).ready();
      expect([supervisor.readyWorkers, supervisor.readiness]).to.deep.equal([2, { isReady: true }]);
    });

    it('ends the start with the reason where none is ready, not where one is', async () => {
      refusal = 'spawn node EAGAIN';
      const failed = rejection(supervisor.start());
      await clock.advance(10_000);
      expect((await failed).message).to.equal(
        'workers failed at startup 5 times in a row, the last one by spawn node EAGAIN',
      );
      workers = [];
      refusal = undefined;
      make();
      const start = supervisor.start();
      await worker(1).ready();
      refusal = 'spawn node EAGAIN';
      await worker(2).exit();
      await pass(60_000);
      refusal = undefined;
      await pass(30_500);
      await worker(workers.length).ready();
      await start;
    });

    it('does not keep it from stopping', async () => {
      await started();
      refusal = 'spawn node EAGAIN';
      await worker(1).exit();
      await pass(5_000);
      const stop = supervisor.stop();
      await worker(2).exit(0);
      expect(await stop).to.equal(true);
      expect(clock.pending).to.equal(0);
    });

    it('ends a reload: the old ones stay', async () => {
      await started();
      refusal = 'spawn node EAGAIN';
      expect(await supervisor.reload()).to.equal(false);
      expect(logged).to.deep.equal(['replacement worker failed to start, keeping the old ones: spawn node EAGAIN']);
      expect(alive()).to.deep.equal([1, 2]);
    });
  });

  describe('reload', () => {
    it('replaces every worker, one after the other, the new one ready before the old one drains', async () => {
      await started();
      const reload = supervisor.reload();
      expect(await supervisor.reload(), 'while one is going on: nothing').to.equal(false);
      expect(alive()).to.deep.equal([1, 2, 3]);
      expect(worker(1).isDraining).to.equal(false);
      await worker(3).ready();
      expect([worker(1).isDraining, worker(2).isDraining, workers.length]).to.deep.equal([true, false, 3]);
      expect(supervisor.readyWorkers).to.equal(2);
      await worker(1).exit(0);
      expect([alive(), worker(2).isDraining]).to.deep.equal([[2, 3, 4], false]);
      await worker(4).ready();
      expect(worker(2).isDraining).to.equal(true);
      await worker(2).exit(0);
      expect(await reload).to.equal(true);
      await pass(60_000);
      expect([workers.length, supervisor.readyWorkers]).to.deep.equal([4, 2]);
      expect(told.filter((word) => !word.startsWith('retired'))).to.deep.equal(['reload', 'reload']);
      await worker(4).exit();
      await pass(1000);
      expect(alive()).to.deep.equal([3, 5]);
      await worker(5).ready();
      void supervisor.reload();
      expect(workers).to.have.length(6);
    });

    // A new worker that could not start once stopped the whole service, the good old ones with it.
    const failures: [how: string, fail: (fresh: FakeWorker) => Promise<void>][] = [
      ['dies', (fresh) => fresh.exit()],
      [
        'is unable',
        async (fresh) => {
          await fresh.tell({ type: 'unable', reason: 'the weights are missing' });
          await fresh.exit();
        },
      ],
    ];
    for (const [how, fail] of failures) {
      it(`leaves the old ones where a new one ${how}, however often`, async () => {
        await started();
        for (let reload = 1; reload <= 6; reload++) {
          const reloaded = supervisor.reload();
          await fail(worker(2 + reload));
          await reloaded;
          await pass(1000);
        }
        expect(alive()).to.deep.equal([1, 2]);
        expect([worker(1).isDraining, worker(2).isDraining]).to.deep.equal([false, false]);
        expect([supervisor.readyWorkers, supervisor.readiness]).to.deep.equal([2, { isReady: true }]);
        // The service goes on as before: what dies is replaced.
        await worker(1).exit();
        await pass(30_000);
        expect(alive()).to.deep.equal([2, 9]);
      });
    }

    it('resolves where the service fails meanwhile, which `failed` tells', async () => {
      await started();
      const failed = rejection(supervisor.failed());
      await worker(2).exit();
      await clock.advance(100);
      const reload = supervisor.reload(); // which waits for the fourth
      await worker(1).exit();
      await worker(3).exit();
      for (let next = 5; next <= 8; next++) {
        await clock.advance(10_000);
        await worker(next).exit();
      }
      await reload;
      expect((await failed).message).to.match(/^workers failed at startup 5 times in a row/);
    });

    // It once left one worker more than there should be.
    it('does not replace an old one that has died meanwhile', async () => {
      await started();
      const reload = supervisor.reload();
      await worker(3).ready();
      await worker(2).exit();
      await clock.advance(100); // its replacement
      await worker(4).ready();
      await worker(1).exit(0);
      await reload;
      await clock.advance(500);
      expect(alive()).to.deep.equal([3, 4]);
    });

    it('fills up where both an old one and a new one have died', async () => {
      await started();
      const reload = supervisor.reload();
      await worker(1).exit();
      await clock.advance(100);
      expect(alive()).to.deep.equal([2, 3]);
      await worker(3).exit();
      await reload;
      await clock.advance(1000);
      expect(alive()).to.deep.equal([2, 4]);
    });
  });

  describe('stop', () => {
    it('drains all workers, also those that start, and resolves to true when they have ended', async () => {
      void supervisor.start();
      await worker(1).ready();
      let stopped: boolean | undefined;
      const stop = supervisor.stop().then((ended) => {
        stopped = ended;
      });
      expect(workers.map(({ isDraining }) => isDraining)).to.deep.equal([true, true]);
      await worker(1).exit(0);
      expect(stopped).to.equal(undefined);
      await worker(2).exit(0);
      await stop;
      expect([stopped, workers.length, clock.pending]).to.deep.equal([true, 2, 0]);
    });

    it('uses force after the time for it, and resolves to false', async () => {
      await started();
      const stop = supervisor.stop();
      await worker(1).exit(0);
      await clock.advance(24_999);
      expect(worker(2).signals).to.deep.equal([]);
      await clock.advance(1);
      expect(worker(2).signals).to.deep.equal(['SIGKILL']);
      expect(await stop).to.equal(false);
    });

    // A process that waits for a device is not ended by any signal.
    it('does not wait for ever for what no force ends', async () => {
      await started();
      worker(2).process.kill = () => true;
      const stop = supervisor.stop();
      await worker(1).exit(0);
      await clock.advance(29_999);
      expect(clock.pending).to.be.above(0);
      await clock.advance(1);
      expect(await stop).to.equal(false);
      expect(clock.pending).to.equal(0);
      await worker(2).exit(); // too late
    });

    it('neither replaces what dies nor waits for a replacement that is due', async () => {
      await started();
      await worker(1).exit();
      const stop = supervisor.stop();
      worker(2).end('SIGKILL');
      expect(await stop).to.equal(true);
      await clock.advance(60_000);
      expect(workers).to.have.length(2);
    });

    it('ends a reload', async () => {
      await started();
      const reload = supervisor.reload();
      const stop = supervisor.stop();
      expect(worker(3).isDraining).to.equal(true);
      for (const one of workers) await one.exit(0);
      await reload;
      expect(await stop).to.equal(true);
      expect(workers).to.have.length(3);
    });
  });

  // Ending at once it would take connections with it that were on their way: messages keep their order, so that the answer
  // comes behind them.
  it('lets a drained worker end only by its answer', async () => {
    await started();
    void supervisor.stop();
    expect(worker(1).sent.at(-1)).to.deep.equal({ type: 'drain' });
    await worker(1).tell({ type: 'drained' });
    expect(worker(1).sent.at(-1)).to.deep.equal({ type: 'end' });
  });

  describe('readiness', () => {
    const states = (one: FakeWorker) =>
      one.sent.flatMap((message) => (message.type === 'readiness' ? [message.readiness.reason ?? 'ready'] : []));

    it('is told to every worker: starting, ready, starting again where all have died, draining', async () => {
      const start = supervisor.start();
      expect(supervisor.readiness).to.deep.equal({ isReady: false, reason: 'starting' });
      await worker(1).ready();
      expect(supervisor.readiness).to.deep.equal({ isReady: true });
      expect(states(worker(2))).to.deep.equal(['ready']);
      await worker(2).ready();
      await start;
      await pass(2000);
      expect(states(worker(1)).at(-1)).to.equal('ready');
      await worker(1).exit();
      expect(supervisor.readiness).to.deep.equal({ isReady: true });
      await worker(2).exit();
      expect(supervisor.readiness).to.deep.equal({ isReady: false, reason: 'starting' });
      await clock.advance(200);
      await worker(3).ready();
      expect(states(worker(3)).at(-1)).to.equal('ready');
      void supervisor.stop();
      expect(supervisor.readiness).to.deep.equal({ isReady: false, reason: 'draining' });
      expect(states(worker(3)).at(-1)).to.equal('draining');
    });

    it('is told again to a worker that gets ready, and else only where it changes', async () => {
      await started();
      await pass(5000);
      expect(states(worker(1))).to.deep.equal(['starting', 'ready']);
      expect(states(worker(2))).to.deep.equal(['ready', 'ready']);
    });

    // Six clients with slow searches, each within its deadline, once made a service unready for two seconds of three.
    const busy = { running: 1, waiting: 1, oldestJobMs: 35_001, sinceLastEndMs: 35_001 };
    const cases: [what: string, activities: [Partial<Activity>, Partial<Activity>], reason: string][] = [
      ['both wait and none has ended for too long', [busy, busy], 'stuck'],
      ['one waits, the other has nothing to do', [busy, {}], 'stuck'],
      ['the queue is full, but jobs end', [busy, { ...busy, sinceLastEndMs: 10 }], 'ready'],
      // A worker whose jobs ended was not counted where nobody waited for it.
      ['one waits, the other has just ended a job', [busy, { sinceLastEndMs: 10 }], 'ready'],
      ['the first job after a long rest has just begun', [{ ...busy, oldestJobMs: 10 }, {}], 'ready'],
      ['a long job for which nobody waits', [{ ...busy, waiting: 0 }, {}], 'ready'],
      ['exactly the time', [{ ...busy, oldestJobMs: 35_000 }, {}], 'ready'],
      ['both wait for searches within their deadlines', [{ ...busy, oldestJobMs: 29_999 }, busy], 'ready'],
    ];
    for (const [what, [first, second], reason] of cases) {
      it(`${what}: ${reason}`, async () => {
        await started();
        await worker(1).beat(first);
        await worker(2).beat(second);
        expect(supervisor.readiness.reason ?? 'ready').to.equal(reason);
        for (const one of workers) await one.beat();
        expect(supervisor.readiness).to.deep.equal({ isReady: true });
      });
    }
  });
});
