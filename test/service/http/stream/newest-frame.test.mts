import { expect } from 'chai';
import { RequestError } from '#dist/service/http/request-error.js';
import { NewestFrame } from '#dist/service/http/stream/newest-frame.js';
import { heldBytes } from '../../../fixtures/held-bytes.mjs';
import { rejection } from '../../../fixtures/rejection.mjs';

const image = (bytes: number) => Buffer.alloc(bytes);
const longEnough = 60_000;

describe('the newest frame', () => {
  it('takes the place of one that waits, which is counted and freed', async () => {
    const held = heldBytes();
    let drops = 0;
    const frames = new NewestFrame(held, () => drops++);
    for (const bytes of [10, 20, 30]) frames.put(image(bytes));
    expect([held.now, frames.received, frames.dropped, drops]).to.deep.equal([30, 3, 2, 2]);
    const frame = await frames.take(longEnough);
    expect([frame.index, frame.bytes.byteLength]).to.deep.equal([2, 30]);
    frames.put(image(5));
    expect([held.now, frames.dropped]).to.deep.equal([35, 2]); // one is searched, one waits
    frames.done(frame);
    expect(held.now).to.equal(5);
  });

  it('comes to whoever waits for it, with the time since the first', async () => {
    const frames = new NewestFrame(heldBytes(), () => undefined);
    const first = frames.take(longEnough);
    frames.put(image(1));
    expect(await first).to.include({ index: 0, time: 0 });
    const second = frames.take(longEnough);
    frames.put(image(1));
    expect((await second).time).to.be.at.least(0);
  });

  it('is counted before it is complete, in whatever pieces it comes', async () => {
    const held = heldBytes();
    const frames = new NewestFrame(held, () => undefined);
    frames.receive(7);
    frames.receive(7);
    expect(held.now).to.equal(14);
    frames.put(image(12)); // 2 bytes of framing
    expect(held.now).to.equal(12);
    frames.receive(30); // the ends of two in one piece
    frames.put(image(13));
    frames.put(image(11));
    expect(held.now).to.equal(11);
    frames.done(await frames.take(longEnough));
    expect(held.now).to.equal(0);
  });

  it('ends frames where there is no room for it', async () => {
    const frames = new NewestFrame(heldBytes(10), () => undefined);
    frames.receive(6);
    frames.receive(6);
    expect(await rejection(frames.take(longEnough))).to.have.property('code', 'OVERLOADED');
    frames.put(image(1));
    expect(frames.received).to.equal(0);
  });

  it('is waited for only so long, and not once it has been ended', async () => {
    const late = new NewestFrame(heldBytes(), () => undefined);
    expect(await rejection(late.take(1))).to.have.property('code', 'BODY_TIMEOUT');
    const ended = new NewestFrame(heldBytes(), () => undefined);
    const waiting = ended.take(longEnough);
    ended.end(new RequestError('SHUTTING_DOWN', 'first'));
    ended.end(new RequestError('DEADLINE', 'second'));
    expect(await rejection(waiting)).to.have.property('message', 'first');
    expect(await rejection(ended.take(longEnough))).to.have.property('message', 'first');
  });
});
