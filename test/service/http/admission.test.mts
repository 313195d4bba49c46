import { setImmediate as tick } from 'node:timers/promises';
import { expect } from 'chai';
import { Admission, type AdmissionLimits, type HeldBytes, type Seat } from '#dist/service/http/admission.js';
import { rejection } from '../../fixtures/rejection.mjs';

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

const megabyte = 2 ** 20;

/** A room whose clients may have all of it, unless `limits` say otherwise. */
const makeRoom = (queueLimit: number, running = () => 0, limits: Partial<AdmissionLimits> = {}) =>
  new Admission(
    { queueLimit, batchLimit: 8, streamLimit: 8, waitingBytes: 256 * megabyte, clientShare: 1, slots: 1, ...limits },
    running,
  );

describe('admission', () => {
  it('refuses at once, and without starting it, what finds the room full', async () => {
    const room = makeRoom(2, () => 0);
    const [one, two] = [work(), work()];
    const inside = [room.withSeat('a', () => one.done), room.withSeat('a', () => two.done)];
    expect(room.depth).to.equal(2);
    let hasStarted = false;
    const refused = room.withSeat('a', async () => {
      hasStarted = true;
    });
    expect(await rejection(refused)).to.have.property('code', 'OVERLOADED');
    expect(hasStarted).to.equal(false);
    expect(room.depth).to.equal(2);
    one.finish();
    await inside[0];
    await tick();
    expect(await room.withSeat('a', async () => 'seated')).to.equal('seated');
    two.finish();
    await inside[1];
    await tick();
    expect(room.depth).to.equal(0);
  });

  it('frees the seat of work that fails, which rejects as it does', async () => {
    const room = makeRoom(1, () => 0);
    const asynchronous = room.withSeat('a', async () => {
      throw new Error('later');
    });
    expect((await rejection(asynchronous)).message).to.equal('later');
    await tick();
    const synchronous = room.withSeat('a', () => {
      throw new Error('at once');
    });
    expect((await rejection(synchronous)).message).to.equal('at once');
    await tick();
    expect(room.depth).to.equal(0);
  });

  it('does not count those whose job runs', async () => {
    let running = 0;
    const room = makeRoom(1, () => running);
    const job = work();
    const first = room.withSeat('a', () => job.done);
    await rejection(room.withSeat('a', () => job.done));
    running = 1;
    expect(room.depth).to.equal(0);
    const second = room.withSeat('a', () => job.done);
    expect(room.depth).to.equal(1);
    await rejection(room.withSeat('a', () => job.done));
    running = 5; // a job may outlive its seat
    expect(room.depth).to.equal(0);
    running = 0;
    job.finish();
    await Promise.all([first, second]);
  });

  it('keeps a seat until every native run that was named has ended, well or not', async () => {
    const room = makeRoom(4, () => 0);
    const [short, long] = [work(), work()];
    const answered = room.withSeat('a', async (seat: Seat) => {
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
    const room = makeRoom(9, () => 0);
    const [one, two] = [work(), work()];
    const answer = (bytes: number, { done }: { done: Promise<void> }) =>
      room.withSeat('a', async (seat) => seat.holdAnswer(bytes, done));
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

  // Forty clients with 20 MB each brought a worker of a 2-GiB pod to 1,419 MB.
  it('refuses bytes of bodies beyond the room for them, of whoever asks for more, but not of a single one', async () => {
    const room = makeRoom(9, () => 0, { waitingBytes: 10 });
    const [one, two] = [work(), work()];
    let first: Seat | undefined;
    const inside = room.withSeat('a', (seat) => {
      first = seat;
      seat.countBody(8);
      return one.done;
    });
    const refused = room.withSeat('b', async (seat) => {
      seat.countBody(2);
      seat.countBody(1);
    });
    expect(await rejection(refused)).to.have.property('code', 'OVERLOADED');
    await tick();
    first?.countBody(90); // alone again: larger than the room
    expect(await rejection(room.withSeat('b', async (seat) => seat.countBody(1)))).to.have.property(
      'code',
      'OVERLOADED',
    );
    one.finish();
    await inside;
    await tick();
    await room.withSeat('b', async (seat) => {
      seat.countBody(10);
      seat.holdUntil(two.done);
    });
    expect(await rejection(room.withSeat('a', async (seat) => seat.countBody(1)))).to.have.property(
      'code',
      'OVERLOADED',
    );
    two.finish();
    await tick();
    await room.withSeat('a', async (seat) => seat.countBody(1));
  });

  it('leaves a part of seats and bytes to other clients', async () => {
    const room = makeRoom(4, () => 0, { clientShare: 0.5, waitingBytes: 100 });
    const end = work();
    const sit = (client: string, bytes: number) =>
      room.withSeat(client, (seat) => {
        seat.countBody(bytes);
        return end.done;
      });
    const inside = [sit('a', 30), sit('a', 20), sit('a', 0)]; // half of four, and one that may run
    expect((await rejection(sit('a', 0))).message).to.match(/of this client are waiting/);
    inside.push(sit('b', 20));
    expect(room.depth).to.equal(4);
    end.finish();
    await Promise.all(inside);
    await tick();
    const again = work();
    const held = room.withSeat('a', (seat) => {
      seat.countBody(30);
      return again.done;
    });
    expect((await rejection(room.withSeat('a', async (seat) => seat.countBody(21)))).message).to.match(
      /bytes of this client/,
    );
    await room.withSeat('b', async (seat) => seat.countBody(21));
    again.finish();
    await held;
  });

  it('lets who waits for a seat in when one is free, in turn, unless the client has left', async () => {
    const room = makeRoom(1);
    const [one, two] = [work(), work()];
    const first = room.withSeat('a', () => one.done);
    const order: string[] = [];
    const gone = new AbortController();
    const wait = (name: string, signal: AbortSignal, until: Promise<void>) =>
      room.withSeatWhenFree(name, signal, async () => {
        order.push(name);
        await until;
      });
    const left = wait('left', gone.signal, Promise.resolve());
    const second = wait('second', new AbortController().signal, two.done);
    const third = wait('third', new AbortController().signal, Promise.resolve());
    gone.abort(new Error('gone'));
    expect((await rejection(left)).message).to.equal('gone');
    expect(order).to.deep.equal([]);
    one.finish();
    await first;
    await tick();
    expect(order).to.deep.equal(['second']);
    two.finish();
    await Promise.all([second, third]);
    expect(order).to.deep.equal(['second', 'third']);
    await tick();
    expect(room.depth).to.equal(0);
    await rejection(room.withSeatWhenFree('x', AbortSignal.abort(new Error('before')), async () => undefined));
  });

  it('gives batches a room of their own, where one client does not get every place', async () => {
    const room = makeRoom(1, () => 0, { batchLimit: 4, clientShare: 0.5 });
    const end = work();
    const batches = [1, 2].map(() => room.batch('a', () => end.done));
    expect((await rejection(room.batch('a', () => end.done))).message).to.match(/batches of this client/);
    batches.push(
      room.batch('b', () => end.done),
      room.batch('c', () => end.done),
    );
    expect((await rejection(room.batch('d', () => end.done))).message).to.match(/too many batches are/);
    expect(room.depth).to.equal(0);
    expect(await room.withSeat('a', async () => 'seated')).to.equal('seated');
    end.finish();
    await Promise.all(batches);
    await room.batch('a', async () => undefined);
  });

  it('gives streams a room of their own, beside that of batches', async () => {
    const room = makeRoom(1, () => 0, { batchLimit: 1, streamLimit: 2, clientShare: 0.5 });
    const end = work();
    const open = [room.stream('a', () => end.done), room.batch('a', () => end.done)];
    expect((await rejection(room.stream('a', () => end.done))).message).to.match(/streams of this client/);
    open.push(room.stream('b', () => end.done));
    expect((await rejection(room.stream('c', () => end.done))).message).to.match(/too many streams are/);
    end.finish();
    await Promise.all(open);
    await room.stream('a', async () => undefined);
  });

  it('counts the bytes that a batch holds, and frees what it leaves', async () => {
    const room = makeRoom(9, () => 0, { waitingBytes: 10 });
    const end = work();
    let held: HeldBytes | undefined;
    const batch = room.batch('a', async (bytes) => {
      held = bytes;
      bytes.count(9);
      await end.done;
    });
    const one = () => room.withSeat('b', async (seat) => seat.countBody(5));
    expect(await rejection(one())).to.have.property('code', 'OVERLOADED');
    held?.free(4);
    await one();
    held?.count(5);
    end.finish();
    await batch;
    await room.withSeat('b', async (seat) => seat.countBody(10));
  });
});
