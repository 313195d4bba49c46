import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { Admission, type Seat } from '#dist/server/admission.js';
import { rejection } from '../fixtures/rejection.mjs';

/** Work that ends when told to. */
function work() {
  let finish = () => {};
  let fail = (_error: Error) => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { done, finish, fail };
}

describe('admission', () => {
  it('refuses at once, and without starting it, what finds the room full', async () => {
    const room = new Admission(2, () => 0);
    const [one, two] = [work(), work()];
    const inside = [room.seated(() => one.done), room.seated(() => two.done)];
    expect(room.depth).to.equal(2);
    let hasStarted = false;
    const refused = room.seated(async () => {
      hasStarted = true;
    });
    expect(await rejection(refused)).to.have.property('code', 'OVERLOADED');
    expect(hasStarted).to.equal(false);
    expect(room.depth).to.equal(2);
    one.finish();
    await inside[0];
    await tick();
    expect(await room.seated(async () => 'seated')).to.equal('seated');
    two.finish();
    await inside[1];
    await tick();
    expect(room.depth).to.equal(0);
  });

  it('frees the seat of work that fails, which rejects as it does', async () => {
    const room = new Admission(1, () => 0);
    const asynchronous = room.seated(async () => {
      throw new Error('later');
    });
    expect((await rejection(asynchronous)).message).to.equal('later');
    await tick();
    const synchronous = room.seated(() => {
      throw new Error('at once');
    });
    expect((await rejection(synchronous)).message).to.equal('at once');
    await tick();
    expect(room.depth).to.equal(0);
  });

  it('does not count those whose job runs', async () => {
    let running = 0;
    const room = new Admission(1, () => running);
    const job = work();
    const first = room.seated(() => job.done);
    await rejection(room.seated(() => job.done));
    running = 1;
    expect(room.depth).to.equal(0);
    const second = room.seated(() => job.done);
    expect(room.depth).to.equal(1);
    await rejection(room.seated(() => job.done));
    running = 5; // a job may outlive its seat
    expect(room.depth).to.equal(0);
    running = 0;
    job.finish();
    await Promise.all([first, second]);
  });

  it('keeps a seat until every native run that was named has ended, well or not', async () => {
    const room = new Admission(4, () => 0);
    const [short, long] = [work(), work()];
    const answered = room.seated(async (seat: Seat) => {
      seat.holdUntil(long.done);
      seat.holdUntil(short.done);
      throw new Error('late');
    });
    expect((await rejection(answered)).message).to.equal('late');
    short.finish();
    await tick();
    expect(room.depth).to.equal(1);
    long.fail(new Error('cancelled'));
    await tick();
    expect(room.depth).to.equal(0);
  });

  // Three slow clients of 130 MB pictures brought a worker from 191 to 836 MB; its room has 16 seats.
  it('refuses an answer where those that wait for their clients have too many bytes, but not a single large one', async () => {
    const room = new Admission(9, () => 0);
    const [one, two] = [work(), work()];
    const answer = (bytes: number, { done }: { done: Promise<void> }) =>
      room.seated(async (seat) => seat.holdAnswer(bytes, done));
    await answer(300 * 2 ** 20, one);
    expect(await rejection(answer(1, two))).to.have.property('code', 'OVERLOADED');
    expect(room.depth).to.equal(1);
    one.fail(new Error('the client has gone'));
    await tick();
    expect(room.depth).to.equal(0);
    await answer(200 * 2 ** 20, two);
    await answer(56 * 2 ** 20, two);
    expect(await rejection(answer(1, two))).to.have.property('code', 'OVERLOADED');
    two.finish();
    await tick();
    await answer(1, two);
  });
});
