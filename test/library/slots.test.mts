import { setTimeout as sleep, setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { Slots } from '#dist/library/slots.js';
import { FakeClock } from '../fixtures/fake-clock.mjs';
import { rejection } from '../fixtures/rejection.mjs';

/** A job that ends when told to, and the list of jobs that have started. */
function jobs() {
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  const job = (name: number) => async () => {
    started.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    return name;
  };
  return { started, job, end: (name: number) => ends.get(name)?.() };
}

describe('slots', () => {
  it('runs so many at once and the rest in the order they came', async () => {
    const slots = new Slots(2);
    const { started, job, end } = jobs();
    const runs = [1, 2, 3, 4].map((name) => slots.run(job(name)));
    await tick();
    expect(started).to.deep.equal([1, 2]);
    end(2);
    await tick();
    expect(started).to.deep.equal([1, 2, 3]);
    end(1);
    end(3);
    await tick();
    end(4);
    expect(await Promise.all(runs)).to.deep.equal([1, 2, 3, 4]);
  });

  // Ten clients with searches of seconds kept others waiting behind all of them.
  it('lets a deferred call wait for those that come before its turn, and not for ever', async () => {
    const slots = new Slots(1);
    const { started, job, end } = jobs();
    const first = slots.run(job(1), undefined, 1e9); // free: there is nothing to wait for
    const long = slots.run(job(2), undefined, 500);
    const short = [slots.run(job(3)), slots.run(job(4), undefined, 100)];
    for (const name of [1, 3, 4]) {
      await tick();
      end(name);
    }
    await tick();
    expect(started).to.deep.equal([1, 3, 4, 2]);
    const behind = slots.run(job(5), undefined, 20);
    await sleep(30);
    const late = slots.run(job(6)); // after the other's turn
    end(2);
    await tick();
    end(5);
    await tick();
    end(6);
    await Promise.all([first, long, ...short, behind, late]);
    expect(started.slice(4)).to.deep.equal([5, 6]);
  });

  describe('a job that runs for long', () => {
    const clock = new FakeClock();
    beforeEach(() => clock.install());
    afterEach(() => clock.restore());

    it('does not hold up a short one for longer than a short one takes, nor lets a second long one start', async () => {
      const slots = new Slots(1);
      const { started, job, end } = jobs();
      const runs = [
        slots.run(job(1), undefined, 5000),
        slots.run(job(2), undefined, 5000),
        slots.run(job(3)), // nobody knows
        slots.run(job(4), undefined, 100),
        slots.run(job(5), undefined, 250),
      ];
      await clock.advance(249);
      expect(started).to.deep.equal([1]);
      await clock.advance(1);
      expect(started).to.deep.equal([1, 4]);
      await clock.advance(10_000);
      expect(started).to.deep.equal([1, 4]);
      end(4);
      await tick();
      expect(started).to.deep.equal([1, 4, 5]);
      expect(slots.activity).to.include({ running: 2, waiting: 2 });
      end(1);
      await tick();
      expect(started).to.deep.equal([1, 4, 5]); // there is one slot
      end(5);
      await tick();
      expect(started).to.deep.equal([1, 4, 5, 3]);
      end(3);
      await tick();
      end(2);
      await Promise.all(runs);
      expect(clock.pending).to.equal(0);
    });

    it('is waited for where nothing says that the next one is short; nothing is left of a wait that ends', async () => {
      const slots = new Slots(1);
      const { started, job, end } = jobs();
      const gone = new AbortController();
      const first = slots.run(job(1));
      const left = rejection(slots.run(job(2), gone.signal, 10));
      const second = slots.run(job(3), undefined, 251);
      gone.abort(new Error('gone'));
      expect(await left).to.have.property('message', 'gone');
      await clock.advance(60_000);
      expect(started).to.deep.equal([1]);
      expect(clock.pending).to.equal(0);
      end(1);
      await tick();
      end(3);
      await Promise.all([first, second]);
    });
  });

  it('gives the slot of a failed job to the next', async () => {
    const slots = new Slots(1);
    const failed = slots.run(async () => {
      throw new Error('no');
    });
    expect((await rejection(failed)).message).to.equal('no');
    expect(await slots.run(async () => 7)).to.equal(7);
  });

  it('lets a waiting call leave at once, with the reason of its signal', async () => {
    const slots = new Slots(1);
    const { started, job, end } = jobs();
    const running = slots.run(job(1));
    const controller = new AbortController();
    const waiting = slots.run(job(2), controller.signal);
    const behind = slots.run(job(3));
    const reason = new Error('changed my mind');
    controller.abort(reason);
    expect(await rejection(waiting)).to.equal(reason);
    end(1);
    await running;
    await tick();
    end(3);
    await behind;
    expect(started).to.deep.equal([1, 3]);
  });

  it('does not start with an aborted signal', async () => {
    const { started, job } = jobs();
    await rejection(new Slots(1).run(job(1), AbortSignal.abort()));
    expect(started).to.deep.equal([]);
  });

  it('closes when the running jobs have ended, and refuses the waiting and the late', async () => {
    const slots = new Slots(1);
    const { job, end } = jobs();
    const running = slots.run(job(1));
    const waiting = slots.run(job(2));
    let isClosed = false;
    const closed = slots.close().then(() => {
      isClosed = true;
    });
    expect(await rejection(waiting)).to.have.property('code', 'CLOSED');
    expect(await rejection(slots.run(job(3)))).to.have.property('code', 'CLOSED');
    await tick();
    expect(isClosed).to.equal(false);
    end(1);
    expect(await running).to.equal(1);
    await closed;
    await slots.close(); // again, and idle
  });

  it('leaves no listener on a signal that outlives the call', async () => {
    const slots = new Slots(1);
    const { job, end } = jobs();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const first = slots.run(job(1), signal);
    const second = slots.run(job(2), signal);
    end(1);
    await first;
    await tick();
    end(2);
    await second;
    expect(listeners).to.equal(0);
  });
});
