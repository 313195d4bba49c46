import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { discardBody, receiveBody } from '#dist/service/http/body.js';
import { openWire, postHead, type Wire } from '../../fixtures/http.mjs';
import { type Receiver, startReceiver } from '../../fixtures/receiver.mjs';

const limits = { maxBytes: 100_000, timeoutMs: 10_000 };
const body = Buffer.alloc(100_000, 'body');

/** A chunk as `Transfer-Encoding: chunked` sends it. */
const chunk = (bytes: Buffer | string) =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
const lastChunk = '0\r\n\r\n';
const chunked = { 'Transfer-Encoding': 'chunked' };

/** Listeners that a request should not be left with. */
const listenersOf = (request: IncomingMessage) =>
  ['data', 'end', 'close'].map((event) => request.listenerCount(event)).join();

describe('receiveBody', () => {
  let receiver: Receiver<Buffer>;
  let wire: Wire;
  let limitsNow: typeof limits;
  let take: (piece: Buffer) => void;
  let listeners: [before: string, after: string];

  before(async () => {
    receiver = await startReceiver(async (request, response) => {
      const pieces: Buffer[] = [];
      const before = listenersOf(request);
      try {
        await receiveBody(request, response, limitsNow, (piece) => {
          take(piece);
          pieces.push(piece);
        });
      } finally {
        listeners = [before, listenersOf(request)];
      }
      return Buffer.concat(pieces);
    });
  });
  after(() => receiver.close());

  beforeEach(async () => {
    limitsNow = limits;
    take = () => {};
    wire = await openWire(receiver.origin);
  });
  afterEach(() => {
    wire.socket.destroy();
    expect(listeners[1], 'listeners left').to.equal(listeners[0]);
  });

  it('gives a body of exactly the limit, declared or streamed', async () => {
    expect(await receiver.post(body)).to.deep.equal({ value: body });
    wire.socket.write(postHead('/', chunked));
    for (let at = 0; at < body.length; at += 30_000) wire.socket.write(chunk(body.subarray(at, at + 30_000)));
    wire.socket.write(lastChunk);
    expect(await receiver.next()).to.deep.equal({ value: body });
  });

  it('gives an empty body', async () => {
    expect(await receiver.post('')).to.deep.equal({ value: Buffer.alloc(0) });
    wire.socket.write(postHead('/', {}));
    expect(await receiver.next()).to.deep.equal({ value: Buffer.alloc(0) });
  });

  const tooLarge = { code: 'BODY_TOO_LARGE', message: 'the request body may have 100000 bytes at most' };

  it('refuses a larger one by its header, before it comes', async () => {
    wire.socket.write(postHead('/', { 'Content-Length': 100_001 }));
    expect(await receiver.next()).to.deep.equal(tooLarge);
  });

  it('refuses a larger one that does not say so while it comes', async () => {
    wire.socket.write(postHead('/', chunked));
    wire.socket.write(chunk(body));
    wire.socket.write(chunk('x')); // and no end
    expect(await receiver.next()).to.deep.equal(tooLarge);
  });

  it('refuses one that does not come in time, in all', async () => {
    limitsNow = { ...limits, timeoutMs: 200 };
    wire.socket.write(postHead('/', { 'Content-Length': 50_000 }));
    const drip = setInterval(() => wire.socket.write('x'), 20);
    expect(await receiver.next()).to.deep.equal({
      code: 'BODY_TIMEOUT',
      message: 'the body was not complete after 200 ms',
    });
    clearInterval(drip);
  });

  it('rejects where the client closes the connection', async () => {
    wire.socket.write(`${postHead('/', { 'Content-Length': 10 })}half`);
    await new Promise<void>((resolve) => {
      take = () => resolve();
    });
    wire.socket.destroy();
    expect(await receiver.next()).to.have.property('code', 'ABORTED');
  });

  it('rejects with what `take` throws, and takes no more', async () => {
    let taken = 0;
    take = () => {
      taken++;
      throw Object.assign(new Error('enough'), { code: 'ENOUGH' });
    };
    wire.socket.write(postHead('/', chunked));
    for (let i = 0; i < 5; i++) wire.socket.write(chunk(body.subarray(0, 10_000)));
    expect(await receiver.next()).to.deep.equal({ code: 'ENOUGH', message: 'enough' });
    wire.socket.write(lastChunk);
    await wire.until(/^HTTP\/1\.1 200/);
    expect(taken).to.equal(1);
  });

  it('refuses a compressed one, with what it takes, and one with a transfer coding beside chunked', async () => {
    expect(await receiver.post('body', { 'Content-Encoding': 'Identity' })).to.deep.equal({
      value: Buffer.from('body'),
    });
    for (const encoding of ['gzip', 'br, gzip', 'identity, gzip', 'x']) {
      expect(await receiver.post('body', { 'Content-Encoding': encoding })).to.deep.equal({
        code: 'UNSUPPORTED_FORMAT',
        message: `the body must not be compressed, got Content-Encoding ${encoding}`,
      });
    }
    for (const coding of ['gzip, chunked', 'identity, chunked']) {
      wire.socket.destroy();
      wire = await openWire(receiver.origin);
      wire.socket.write(postHead('/', { 'Transfer-Encoding': coding }));
      wire.socket.write(chunk('body'));
      wire.socket.write(lastChunk);
      expect(await receiver.next()).to.deep.equal({
        code: 'MALFORMED_BODY',
        message: `the only transfer coding may be chunked, got ${coding}`,
      });
      await wire.closed;
    }
    wire = await openWire(receiver.origin);
    wire.socket.write(postHead('/', { 'Content-Encoding': 'gzip', Expect: '100-continue', 'Content-Length': 4 }));
    await receiver.next();
    const answer = await wire.until(/200 OK[\s\S]*\r\n\r\n/);
    expect(answer).to.match(/^Accept-Encoding: identity\r$/m);
    expect(answer).to.not.include('100 Continue');
  });

  it('asks a client that waits for it to send its body, once', async () => {
    wire.socket.write(postHead('/', { Expect: '100-continue', 'Content-Length': 4 }));
    await wire.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    wire.socket.write('body');
    expect(await receiver.next()).to.deep.equal({ value: Buffer.from('body') });
    expect(await wire.until(/200 OK/)).to.match(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('does not ask where the body would be too large', async () => {
    wire.socket.write(postHead('/', { Expect: '100-continue', 'Content-Length': 100_001 }));
    expect(await receiver.next()).to.deep.equal(tooLarge);
    expect(await wire.until(/200 OK/)).to.not.include('100 Continue');
  });
});

describe('discardBody', () => {
  let receiver: Receiver<{ isComplete: boolean }>;
  let wire: Wire;
  let limitsNow: typeof limits;
  let hurryNow: AbortSignal | undefined;

  before(async () => {
    receiver = await startReceiver(async (request) => {
      const before = listenersOf(request);
      await discardBody(request, limitsNow, hurryNow);
      expect(listenersOf(request)).to.equal(before);
      return { isComplete: request.complete };
    });
  });
  after(() => receiver.close());

  beforeEach(async () => {
    limitsNow = limits;
    hurryNow = undefined;
    wire = await openWire(receiver.origin);
  });
  afterEach(() => wire.socket.destroy());

  it('ends with the body', async () => {
    const whole = { value: { isComplete: true } };
    expect(await receiver.post(body)).to.deep.equal(whole);
    expect(await receiver.post('')).to.deep.equal(whole);
    wire.socket.write(postHead('/', chunked));
    wire.socket.write(chunk('some'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    wire.socket.write(lastChunk);
    expect(await receiver.next()).to.deep.equal(whole);
  });

  it('ends after so many bytes', async () => {
    wire.socket.write(postHead('/', chunked));
    wire.socket.write(chunk(body));
    wire.socket.write(chunk('x'));
    expect(await receiver.next()).to.deep.equal({ value: { isComplete: false } });
  });

  it('ends after so long', async () => {
    limitsNow = { ...limits, timeoutMs: 100 };
    wire.socket.write(postHead('/', chunked));
    wire.socket.write(chunk('some'));
    expect(await receiver.next()).to.deep.equal({ value: { isComplete: false } });
  });

  it('ends soon after it is to hurry, before or meanwhile', async () => {
    for (const isEarly of [true, false]) {
      const hurry = new AbortController();
      if (isEarly) hurry.abort();
      limitsNow = { ...limits, timeoutMs: 600_000 };
      hurryNow = hurry.signal;
      wire.socket.destroy();
      wire = await openWire(receiver.origin);
      wire.socket.write(postHead('/', chunked));
      const next = receiver.next();
      setTimeout(() => hurry.abort(), 50);
      expect(await next).to.deep.equal({ value: { isComplete: false } });
    }
  });

  it('ends where the client closes the connection', async () => {
    wire.socket.write(postHead('/', chunked));
    wire.socket.write(chunk('some'));
    wire.socket.end();
    expect(await receiver.next()).to.deep.equal({ value: { isComplete: false } });
  });

  it('does not wait for a client that waits', async () => {
    wire.socket.write(postHead('/', { Expect: '100-continue', 'Content-Length': 4 }));
    expect(await receiver.next()).to.deep.equal({ value: { isComplete: false } });
    expect(await wire.until(/200 OK/)).to.not.include('100 Continue');
  });

  it('follows a body that was given up', async () => {
    const both = await startReceiver(async (request, response) => {
      await receiveBody(request, response, { ...limits, maxBytes: 10 }, () => {}).catch(() => {});
      await discardBody(request, limits);
      return request.complete;
    });
    expect(await both.post(body)).to.deep.equal({ value: true });
    wire.socket.destroy();
    wire = await openWire(both.origin);
    wire.socket.write(postHead('/', chunked));
    for (let i = 0; i < 5; i++) wire.socket.write(chunk(body.subarray(0, 15_000)));
    wire.socket.write(lastChunk);
    expect(await both.next()).to.deep.equal({ value: true });
    await both.close();
  });
});
